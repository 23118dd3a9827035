import type { ModelEntry } from '#libs/contracts';

/** Limits of a model in the words of the API; a field is absent where no target's limit is known. */
export interface KnownLimits {
  context_window?: number;
  max_output_tokens?: number;
}

/** The largest limits among the targets of a model: a prompt that is too long for one of them is sent to another. */
export function knownLimits({ targets }: Pick<ModelEntry, 'targets'>): KnownLimits {
  const windows = targets.flatMap(({ limits }) => limits?.contextWindow ?? []);
  const outputs = targets.flatMap(({ limits }) => limits?.maxOutputTokens ?? []);
  return {
    ...(windows.length === 0 ? {} : { context_window: Math.max(...windows) }),
    ...(outputs.length === 0 ? {} : { max_output_tokens: Math.max(...outputs) }),
  };
}
