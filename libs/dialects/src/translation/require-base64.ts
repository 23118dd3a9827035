import { DialectError } from '../dialect-error.js';

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * Checks bytes of a file that stand in a request, since a provider would refuse them in words that name no field of the caller's.
 * Line breaks, which some encoders put in, are taken out.
 * @throws DialectError 400 for what is not base64
 */
export function requireBase64(text: string, param: string): string {
  if (BASE64.test(text)) return text;
  const joined = text.replace(/\s+/g, '');
  if (BASE64.test(joined)) return joined;
  throw new DialectError(400, 'invalid_file', `'${param}' holds no bytes in base64; encode the file anew.`, param);
}
