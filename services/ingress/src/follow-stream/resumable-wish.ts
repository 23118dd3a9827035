import { DialectError } from '#libs/dialects';

/** The header by which a caller asks for a stream that can be picked up again; in the answer it says where. */
export const RESUMABLE = 'x-switchyard-resumable';

/** Whether a caller asks for that. @throws DialectError 400 for what is neither yes nor no. */
export function resumableWish(headerOf: (name: string) => string | undefined): boolean {
  const text = headerOf(RESUMABLE)?.trim().toLowerCase();
  if (text === undefined || text === '' || text === 'false') return false;
  if (text === 'true') return true;
  throw notResumable("It must be 'true' or 'false'.");
}

export function notResumable(reason: string): DialectError {
  return new DialectError(400, 'invalid_header', `The header '${RESUMABLE}' cannot be followed. ${reason}`, RESUMABLE);
}
