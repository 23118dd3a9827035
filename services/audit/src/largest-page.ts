/** Bytes of one page of an answer: a page is one NATS message, and a server takes at most a megabyte unless told otherwise. */
export const LARGEST_PAGE_BYTES = 700_000;

/** As many of the items, from the first on, as a page has room for in JSON; one at the least. */
export function fittingPage<T>(items: readonly T[]): T[] {
  let bytes = 0;
  const end = items.findIndex((item, index) => {
    bytes += Buffer.byteLength(JSON.stringify(item));
    return bytes > LARGEST_PAGE_BYTES && index > 0;
  });
  return items.slice(0, end < 0 ? items.length : end);
}
