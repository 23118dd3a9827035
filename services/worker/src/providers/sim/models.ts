import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { ProviderModels } from '#libs/dialects';
import { planSimulation, type SimulationOptions } from '#libs/simulation';
import { answerOf } from './response.js';

/** Never asked: the package wants an address, and the answers come from this process. */
const NOWHERE = 'http://sim.invalid/v1';

/** The simulated models for callers of another dialect: what a package of the OpenAI format makes of simulated answers. */
export function simulatedModels(options: SimulationOptions): ProviderModels {
  const provider = createOpenAICompatible({
    name: 'sim',
    baseURL: NOWHERE,
    fetch: simulatedFetch(options),
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  return { languageModel: (name) => provider.chatModel(name) };
}

function simulatedFetch(options: SimulationOptions): typeof globalThis.fetch {
  return async (_address, init = {}) => {
    const request = JSON.parse(init.body as string) as { model: string };
    const answer = await answerOf(
      planSimulation(request.model, request, options),
      init.signal ?? new AbortController().signal,
    );
    const body = Readable.toWeb(Readable.from(answer.body)) as ReadableStream<Uint8Array>;
    return new Response(body as ConstructorParameters<typeof Response>[0], {
      status: answer.status,
      headers: Object.fromEntries(
        ['content-type', 'retry-after'].flatMap((name) => {
          const value = answer.header(name);
          return value === undefined ? [] : [[name, value]];
        }),
      ) as Record<string, string>,
    });
  };
}
