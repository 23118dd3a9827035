import type { FetchFile } from '#libs/dialects';

/**
 * A `fetch` for a package that gets files of callers through the same one as its provider's answers: what is not at the
 * provider's own address goes by way of the guarded fetcher.
 */
export function guardedFetch(
  endpoint: string,
  fetch: typeof globalThis.fetch,
  fetchFile: FetchFile,
): typeof globalThis.fetch {
  const own = new URL(endpoint).origin;
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin === own) return fetch(input, init);
    const signal = init?.signal ?? new AbortController().signal;
    const { bytes, mediaType } = await fetchFile(url, { signal, mediaType: '*/*' });
    return new Response(Buffer.from(bytes), { headers: { 'content-type': mediaType } });
  };
}
