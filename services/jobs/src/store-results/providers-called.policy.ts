import type { RequestEnded } from '#libs/contracts';

/** Everybody who was called for a request, each once, as it is stored: names of providers hold no comma. */
export function providersCalled({ attempts }: Pick<RequestEnded, 'attempts'>): string {
  if (attempts.length === 1) return attempts[0]?.provider ?? '';
  return [...new Set(attempts.map(({ provider }) => provider))].join();
}
