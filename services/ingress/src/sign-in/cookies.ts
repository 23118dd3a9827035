import type { FastifyReply, FastifyRequest } from 'fastify';

/** What browsers keep for us: their session, and a sign-in that is at an identity provider. */
export type CookieKind = 'session' | 'flow';

const MOST_COOKIE_CHARACTERS = 8_192;

/** With TLS only we can set it, for this host alone; without, on a loopback address, browsers refuse that prefix. */
function nameOf(kind: CookieKind, isSecure: boolean): string {
  return `${isSecure ? '__Host-' : ''}switchyard-${kind}`;
}

/** The value of a cookie of ours; undefined where there is none, or more than one of the name. */
export function readCookie(
  { headers: { cookie } }: Pick<FastifyRequest, 'headers'>,
  kind: CookieKind,
  isSecure: boolean,
): string | undefined {
  if (cookie === undefined || cookie.length > MOST_COOKIE_CHARACTERS) return undefined;
  const start = `${nameOf(kind, isSecure)}=`;
  const found = cookie
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(start));
  return found.length === 1 ? found[0]?.slice(start.length) : undefined;
}

/** Sets a cookie that no script can read and no other site's request brings along, but for links that are followed. */
export function setCookie(
  reply: FastifyReply,
  kind: CookieKind,
  value: string,
  { isSecure, maxAgeSeconds }: { readonly isSecure: boolean; readonly maxAgeSeconds: number },
): void {
  const rest = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`;
  // Fastify adds to the cookies that are set already.
  reply.header('set-cookie', `${nameOf(kind, isSecure)}=${value}; ${rest}${isSecure ? '; Secure' : ''}`);
}

export function dropCookie(reply: FastifyReply, kind: CookieKind, isSecure: boolean): void {
  setCookie(reply, kind, '', { isSecure, maxAgeSeconds: 0 });
}
