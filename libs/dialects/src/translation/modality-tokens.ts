import type { LanguageModelV4Usage } from '@ai-sdk/provider';

/** Tokens that are neither text nor thoughts, as the dialects of OpenAI name them; a kind that was not used is absent. */
export interface ModalityTokens {
  audio_tokens?: number;
  image_tokens?: number;
}

/** Where Gemini tells them: the terms of the AI SDK have no place for them, and they have prices of their own. */
interface GeminiUsage {
  promptTokensDetails?: unknown;
  candidatesTokensDetails?: unknown;
}
interface GeminiCount {
  modality?: unknown;
  tokenCount?: unknown;
}

/** The tokens of sounds and images in a prompt and in its answer. */
export function modalityTokens(raw: LanguageModelV4Usage['raw']): { prompt: ModalityTokens; answer: ModalityTokens } {
  const { promptTokensDetails, candidatesTokensDetails } = (raw ?? {}) as GeminiUsage;
  return { prompt: tokensIn(promptTokensDetails), answer: tokensIn(candidatesTokensDetails) };
}

function tokensIn(details: unknown): ModalityTokens {
  const counts = (Array.isArray(details) ? details : []) as (GeminiCount | null)[];
  const of = (modality: string): number =>
    counts.reduce(
      (sum, count) =>
        count?.modality === modality && Number.isSafeInteger(count.tokenCount) ? sum + Number(count.tokenCount) : sum,
      0,
    );
  const [audio, image] = [of('AUDIO'), of('IMAGE')];
  return { ...(audio > 0 ? { audio_tokens: audio } : {}), ...(image > 0 ? { image_tokens: image } : {}) };
}
