import { z } from 'zod';

/**
 * A name that is also a NATS subject token and a file-name part: lower-case letters, digits, `-` and `_`, at most 63
 * characters. Organisations, projects, keys and providers are named so; anything else is refused where it enters.
 */
export const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9, "-" and "_", starting with a letter or a digit');

/** Identifier of a key that the admin API made: its name may be another key's one day, this never is. */
export const keyId = z.string().regex(/^key_[A-Za-z0-9]{1,60}$/);

/** Identifier of one caller's request, `req_` and a token that is safe in a NATS subject. */
export const requestId = z.string().regex(/^req_[A-Za-z0-9_-]{8,90}$/);

/** Milliseconds since the Unix epoch. */
export const epochMilliseconds = z.int().nonnegative();

/** An amount of nano-USD (10⁻⁹ US dollar) as a decimal string, since JSON numbers cannot hold a bigint. */
export const nanoUsd = z.string().regex(/^-?\d{1,30}$/);
