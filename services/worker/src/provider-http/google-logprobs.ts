import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { askedProbabilities, type TokenProbability } from '#libs/dialects';

/** Between a call and our own `fetch`, as the package has no option for it; goes to nobody. */
const HEADER = 'x-switchyard-logprobs';

interface WireToken {
  readonly token?: unknown;
  readonly logProbability?: unknown;
}
interface WireAnswer {
  readonly candidates?: readonly {
    readonly logprobsResult?: {
      readonly chosenCandidates?: readonly WireToken[];
      readonly topCandidates?: readonly { readonly candidates?: readonly WireToken[] }[];
    };
  }[];
}

/** Marks a call that asks how likely the tokens of its answer were. */
export function askingForLogprobs(options: LanguageModelV4CallOptions): LanguageModelV4CallOptions {
  const others = askedProbabilities(options.providerOptions);
  return others === undefined ? options : { ...options, headers: { ...options.headers, [HEADER]: String(others) } };
}

/** A `fetch` that asks Gemini for what a marked call wants. */
export function fetchWithLogprobs(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    const others = headers.get(HEADER);
    if (others === null || typeof init?.body !== 'string') return fetch(input, init);
    headers.delete(HEADER);
    const body = JSON.parse(init.body) as { generationConfig?: object };
    const asked = { responseLogprobs: true, ...(others === '0' ? {} : { logprobs: Number(others) }) };
    const generationConfig = { ...body.generationConfig, ...asked };
    return fetch(input, { ...init, headers, body: JSON.stringify({ ...body, generationConfig }) });
  };
}

/** What an answer, or an event of a stream, tells of its tokens. */
export function logprobsIn(answer: unknown): TokenProbability[] {
  const result = (answer as WireAnswer | null | undefined)?.candidates?.[0]?.logprobsResult;
  return (result?.chosenCandidates ?? []).flatMap((chosen, place) => {
    const top = (result?.topCandidates?.[place]?.candidates ?? []).flatMap(probabilityOf);
    return probabilityOf(chosen).map((probability) => ({ ...probability, top }));
  });
}

function probabilityOf({ token, logProbability }: WireToken): TokenProbability[] {
  return typeof token === 'string' && typeof logProbability === 'number' ? [{ token, logprob: logProbability }] : [];
}
