/** What a caller's `cache-control` allows: `no-cache` reads nothing that is kept, `no-store` keeps nothing besides. */
export interface CacheWish {
  readonly mayRead: boolean;
  readonly mayKeep: boolean;
}

/** Reads the header of a request (RFC 9111); other directives mean nothing here. */
export function cacheWish(header: string | undefined): CacheWish {
  if (header === undefined) return { mayRead: true, mayKeep: true };
  const directives = header.split(',').map((directive) => directive.trim().toLowerCase());
  const mayKeep = !directives.includes('no-store');
  return { mayKeep, mayRead: mayKeep && !directives.includes('no-cache') };
}
