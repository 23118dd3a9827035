/** Bytes of one page of an answer: a page is one NATS message, and a server takes at most a megabyte unless told otherwise. */
export const LARGEST_PAGE_BYTES = 700_000;
