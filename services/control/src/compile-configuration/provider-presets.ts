import type { OpenaiOptions } from '#libs/contracts';

/** A server of the OpenAI wire format that is known by name: a kind of its own in the file, kind `openai` in the snapshot. */
export interface ProviderPreset {
  /** Taken where the file gives no `baseUrl`. */
  readonly baseUrl: string;
  /** Who answers without a key on one's own machine also answers without a price. */
  readonly access: 'key' | 'local';
  /** In what the server differs from others of its format. */
  readonly quirks?: Pick<OpenaiOptions, 'responses' | 'structuredOutputs'>;
}

/** Servers that have the Responses API beside Chat Completions; for others its calls are translated. */
const WITH_RESPONSES = { responses: true };

/** Every preset there is: a new one is a line here. Local servers stand at the port that they take by themselves. */
const PROVIDER_PRESETS = {
  openrouter: { baseUrl: 'https://openrouter.ai/api/v1', access: 'key', quirks: WITH_RESPONSES },
  groq: { baseUrl: 'https://api.groq.com/openai/v1', access: 'key', quirks: WITH_RESPONSES },
  together: { baseUrl: 'https://api.together.xyz/v1', access: 'key' },
  fireworks: { baseUrl: 'https://api.fireworks.ai/inference/v1', access: 'key', quirks: WITH_RESPONSES },
  deepseek: {
    baseUrl: 'https://api.deepseek.com/v1',
    access: 'key',
    // It knows the response format json_object, but none with a schema.
    quirks: { structuredOutputs: false },
  },
  xai: { baseUrl: 'https://api.x.ai/v1', access: 'key', quirks: WITH_RESPONSES },
  perplexity: { baseUrl: 'https://api.perplexity.ai', access: 'key' },
  cerebras: { baseUrl: 'https://api.cerebras.ai/v1', access: 'key' },
  nebius: { baseUrl: 'https://api.tokenfactory.nebius.com/v1', access: 'key' },
  huggingface: { baseUrl: 'https://router.huggingface.co/v1', access: 'key' },
  nvidia: { baseUrl: 'https://integrate.api.nvidia.com/v1', access: 'key' },
  litellm: { baseUrl: 'http://127.0.0.1:4000/v1', access: 'key' },
  ollama: { baseUrl: 'http://127.0.0.1:11434/v1', access: 'local' },
  vllm: { baseUrl: 'http://127.0.0.1:8000/v1', access: 'local' },
  lmstudio: { baseUrl: 'http://127.0.0.1:1234/v1', access: 'local' },
  llamacpp: { baseUrl: 'http://127.0.0.1:8080/v1', access: 'local' },
} as const satisfies Readonly<Record<string, ProviderPreset>>;
export type PresetName = keyof typeof PROVIDER_PRESETS;

export const presetNames = Object.keys(PROVIDER_PRESETS) as [PresetName, ...PresetName[]];

export function isPresetName(name: string): name is PresetName {
  return Object.hasOwn(PROVIDER_PRESETS, name);
}

export function presetNamed(name: PresetName): ProviderPreset {
  return PROVIDER_PRESETS[name];
}
