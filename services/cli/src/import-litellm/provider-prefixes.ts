/** What a prefix of LiteLLM's model names stands for here. `variable`: where LiteLLM finds the key when none is given. */
export interface KnownPrefix {
  readonly kind: string;
  readonly variable?: string;
  /** Of kind `openai` only; the other kinds know their own. */
  readonly baseUrl?: string;
  /** The server's address in LiteLLM stands without the version that is wanted here. */
  readonly addsVersion?: boolean;
}

const OPENAI: KnownPrefix = {
  kind: 'openai',
  variable: 'OPENAI_API_KEY',
  baseUrl: 'https://api.openai.com/v1',
};

/** LiteLLM's providers that are known here, by the first part of `model`. */
export const PROVIDER_PREFIXES: Readonly<Record<string, KnownPrefix>> = {
  openai: OPENAI,
  'text-completion-openai': OPENAI,
  custom_openai: OPENAI,
  openai_like: { kind: 'openai' },
  azure: { kind: 'azure', variable: 'AZURE_API_KEY' },
  anthropic: { kind: 'anthropic', variable: 'ANTHROPIC_API_KEY' },
  gemini: { kind: 'google', variable: 'GEMINI_API_KEY' },
  vertex_ai: { kind: 'vertex' },
  bedrock: { kind: 'bedrock' },
  mistral: { kind: 'mistral', variable: 'MISTRAL_API_KEY' },
  cohere: { kind: 'cohere', variable: 'COHERE_API_KEY' },
  cohere_chat: { kind: 'cohere', variable: 'COHERE_API_KEY' },
  openrouter: { kind: 'openrouter', variable: 'OPENROUTER_API_KEY' },
  groq: { kind: 'groq', variable: 'GROQ_API_KEY' },
  together_ai: { kind: 'together', variable: 'TOGETHERAI_API_KEY' },
  fireworks_ai: { kind: 'fireworks', variable: 'FIREWORKS_AI_API_KEY' },
  deepseek: { kind: 'deepseek', variable: 'DEEPSEEK_API_KEY' },
  xai: { kind: 'xai', variable: 'XAI_API_KEY' },
  perplexity: { kind: 'perplexity', variable: 'PERPLEXITYAI_API_KEY' },
  cerebras: { kind: 'cerebras', variable: 'CEREBRAS_API_KEY' },
  nebius: { kind: 'nebius', variable: 'NEBIUS_API_KEY' },
  huggingface: { kind: 'huggingface', variable: 'HUGGINGFACE_API_KEY' },
  nvidia_nim: { kind: 'nvidia', variable: 'NVIDIA_NIM_API_KEY' },
  litellm_proxy: { kind: 'litellm', variable: 'LITELLM_PROXY_API_KEY' },
  ollama: { kind: 'ollama', addsVersion: true },
  ollama_chat: { kind: 'ollama', addsVersion: true },
  hosted_vllm: { kind: 'vllm' },
  vllm: { kind: 'vllm' },
  lm_studio: { kind: 'lmstudio' },
};

/** LiteLLM knows many names without a prefix; these are told by how they begin. */
const BARE_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^claude-/, 'anthropic'],
  [/^gemini-/, 'vertex_ai'],
  [/^(gpt-|o\d|chatgpt-|text-embedding-|dall-e|whisper|tts-)/, 'openai'],
  [/^(mistral|codestral|magistral|ministral)-/, 'mistral'],
  [/^command-/, 'cohere'],
];

/** A model of LiteLLM's as the prefix it belongs to and the provider's own name. */
export function splitModel(model: string, given: string | undefined): { prefix: string | undefined; name: string } {
  if (given !== undefined)
    return { prefix: given, name: model.startsWith(`${given}/`) ? model.slice(given.length + 1) : model };
  const slash = model.indexOf('/');
  if (slash > 0) return { prefix: model.slice(0, slash), name: model.slice(slash + 1) };
  return { prefix: BARE_NAMES.find(([pattern]) => pattern.test(model))?.[1], name: model };
}
