const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The origin that browsers see us at: the configured one or, without it, the loopback address that they came by. Undefined
 * elsewhere: passwords and sessions do not travel without TLS, and nobody has said where TLS ends.
 */
export function ownOriginOf(headers: Headers, publicUrl: string | undefined): string | undefined {
  if (publicUrl !== undefined) return publicUrl;
  const { host } = headers;
  return typeof host === 'string' && LOOPBACK_HOST.test(host.toLowerCase())
    ? `http://${host.toLowerCase()}`
    : undefined;
}

/**
 * Whether the page that sent a request is one of ours, by what only browsers can say and no page can change. `unknown` where
 * the request says nothing of it, as of programs that are no browsers.
 */
export function comesFrom(headers: Headers, own: string): 'us' | 'elsewhere' | 'unknown' {
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin !== undefined) return origin === own ? 'us' : 'elsewhere';
  if (site !== undefined) return site === 'same-origin' ? 'us' : 'elsewhere';
  return 'unknown';
}
