import { z } from 'zod';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const SECRET = new Set(['authorization', 'proxy-authorization', 'x-api-key', 'api-key', 'cookie']);
const OURS = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'te',
  'upgrade',
  'expect',
]);

/**
 * Headers that a provider wants with every call. They are stored unsealed, so names that carry a credential are refused,
 * and so are those that the HTTP client sets itself.
 */
export const extraHeaders = z.record(
  z.string().superRefine((name, context) => {
    const message = reasonAgainst(name.toLowerCase());
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }),
  z.string().regex(/^[\t\x20-\x7e]*$/, 'must be printable ASCII characters on one line'),
);

function reasonAgainst(name: string): string | undefined {
  if (!TOKEN.test(name)) return 'is no name of an HTTP header';
  if (SECRET.has(name)) return 'carries a credential, which headers are not kept secret enough for; put it in apiKey';
  return OURS.has(name) ? 'is set by Switchyard itself; remove it' : undefined;
}
