import type { Ability, Modality, ModelLimits } from '#libs/contracts';

/*
 * Limits that the vendors' documentation has given for these models for long. Only what is certain stands here; for every other
 * model the published list decides, and where that is silent nothing is assumed. An installation adds its own in
 * switchyard.yaml.
 */
const CHAT: readonly Ability[] = ['tools', 'json_schema', 'prompt_caching'];
const REASONING: readonly Ability[] = [...CHAT, 'reasoning'];
const TEXT: readonly Modality[] = ['text'];
const WITH_PDF: readonly Modality[] = ['text', 'image', 'pdf'];
const EVERYTHING: readonly Modality[] = ['text', 'image', 'audio', 'video', 'pdf'];

type Row = readonly [names: readonly string[], contextWindow: number, maxOutputTokens: number];

const CLAUDE: readonly Row[] = [[['claude-opus-4-5', 'claude-sonnet-4-5', 'claude-haiku-4-5'], 200_000, 64_000]];
const GPT_REASONING: readonly Row[] = [
  [['gpt-5.1', 'gpt-5', 'gpt-5-mini', 'gpt-5-nano'], 400_000, 128_000],
  [['o3', 'o4-mini'], 200_000, 100_000],
];
const GPT: readonly Row[] = [
  [['gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano'], 1_047_576, 32_768],
  [['gpt-4o', 'gpt-4o-mini'], 128_000, 16_384],
];
const GEMINI: readonly Row[] = [[['gemini-2.5-pro', 'gemini-2.5-flash', 'gemini-2.5-flash-lite'], 1_048_576, 65_536]];

/** Models by the name their vendor gives them, without date or region; see `knownLimits`. */
const KNOWN: ReadonlyMap<string, ModelLimits> = new Map([
  ...family(CLAUDE, { input: WITH_PDF, abilities: REASONING }),
  ...family(GPT_REASONING, { input: WITH_PDF, abilities: REASONING }),
  ...family(GPT, { input: WITH_PDF, abilities: CHAT }),
  ...family(GEMINI, { input: EVERYTHING, abilities: REASONING }),
  ...embeddings(['text-embedding-3-small', 'text-embedding-3-large'], 8_192),
]);

/**
 * Looks a model up by its name, whoever serves it: a vendor in front (`anthropic/`, `us.anthropic.`) and a date or version
 * behind (`-20250929`, `-2025-04-14`, `-v1:0`, `@20250929`) do not matter.
 */
export function knownLimits(name: string): ModelLimits | undefined {
  const plain = name
    .toLowerCase()
    .replace(/^.*\//, '')
    .replace(/^(?:[a-z-]+\.)?(?:anthropic|openai|mistral|deepseek)\./, '')
    .replace(/@.*$/, '')
    .replace(/-v\d+(?::\d+)?$/, '')
    .replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, '');
  return KNOWN.get(plain);
}

function family(
  rows: readonly Row[],
  { input, abilities }: { input: readonly Modality[]; abilities: readonly Ability[] },
): [string, ModelLimits][] {
  return rows.flatMap(([names, contextWindow, maxOutputTokens]) => {
    const limits = {
      contextWindow,
      maxOutputTokens,
      inputModalities: [...input],
      outputModalities: [...TEXT],
      abilities: [...abilities],
    };
    return names.map((name): [string, ModelLimits] => [name, limits]);
  });
}

function embeddings(names: readonly string[], contextWindow: number): [string, ModelLimits][] {
  const limits: ModelLimits = {
    contextWindow,
    inputModalities: ['text'],
    outputModalities: ['embedding'],
    abilities: [],
  };
  return names.map((name) => [name, limits]);
}
