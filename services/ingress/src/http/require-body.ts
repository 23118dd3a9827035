import { DialectError } from '#libs/dialects';

/** More blanks than anybody sends by mistake: a long body is not looked through. */
const MOST_BLANKS = 64;

/** The bytes of a request's body. @throws DialectError 400 for a request without one, or with blanks only. */
export function requireBody(body: unknown): Buffer {
  if (Buffer.isBuffer(body) && !isBlank(body)) return body;
  throw new DialectError(
    400,
    'missing_body',
    'The request has no body; send its parameters as application/json (files as multipart/form-data).',
  );
}

function isBlank(body: Buffer): boolean {
  return body.length <= MOST_BLANKS && body.toString('latin1').trim() === '';
}
