import { z } from 'zod';

const SECRET_KEY_BYTES = 32;
const LEAST_DIFFERENT_CHARACTERS = 8;
const SHA256_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const isSecretKey = (value: string): boolean =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(value) && Buffer.from(value, 'base64').length === SECRET_KEY_BYTES;

/** 32 random bytes have about 30 different ones among them, and never fewer than 16. */
const looksRandom = (value: string): boolean => new Set(Buffer.from(value, 'base64')).size >= SECRET_KEY_BYTES / 2;

const isGuessProof = (value: string): boolean =>
  new Set(value).size >= LEAST_DIFFERENT_CHARACTERS &&
  !/change.?me|password|your[-_]?(admin[-_]?)?key|example/i.test(value);

/** The secrets of an installation: none that can be guessed is taken. */
export const secretVariables = {
  SWITCHYARD_ADMIN_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{16,512}$/, {
      error: 'must be 16 to 512 printable characters without spaces (it is sent as a bearer token)',
      abort: true,
    })
    .refine(
      isGuessProof,
      'can be guessed: it repeats itself or comes from an example (make one with: openssl rand -hex 24)',
    )
    .optional(),
  SWITCHYARD_ADMIN_KEY_SHA256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits')
    .refine((digest) => digest !== SHA256_OF_NOTHING, 'is the SHA-256 of an empty text: make a key first')
    .optional(),
  SWITCHYARD_SECRET_KEY: z
    .string()
    .refine(isSecretKey, {
      error: 'must be the base64 of 32 bytes (make one with: openssl rand -base64 32)',
      abort: true,
    })
    .refine(looksRandom, 'is a pattern, not random bytes (make one with: openssl rand -base64 32)')
    .optional(),
} as const;
