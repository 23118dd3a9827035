import { z } from 'zod';
import { parseUsd } from '#libs/pricing';

import { reasonOf } from './reason-of.js';

const LONGEST_WAIT_MILLISECONDS = 3_600_000;
const LONGEST_MODEL_NAME = 200;
const LONGEST_CREDENTIAL = 8_192;
const LARGEST_WEIGHT = 1_000_000;
const LARGEST_PRIORITY = 1_000_000;

/** A model's name, as callers say it or as a provider knows it. */
export const modelName = z
  .string()
  .min(1)
  .max(LONGEST_MODEL_NAME)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters');

/** A path or a field's name. */
export const plainText = z
  .string()
  .min(1)
  .max(4_096)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters');

/** A credential towards a provider: it travels in an HTTP header. */
export const credential = z
  .string()
  .min(1)
  .max(LONGEST_CREDENTIAL)
  .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII characters without spaces (it is sent in a header)');

/** A caller's key: it comes as a bearer token, and a shorter one could be guessed. */
export const callerKey = z
  .string()
  .min(8)
  .max(512)
  .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII characters without spaces (it is sent as a bearer token)');

/** A wait of at most an hour; bodies of requests are kept for two. */
export const waitMilliseconds = z.int().min(1).max(LONGEST_WAIT_MILLISECONDS);

export const weight = z.number().positive().max(LARGEST_WEIGHT);
export const priority = z.int().nonnegative().max(LARGEST_PRIORITY);

/** US dollars for so much of something as decimal text, read into nano-USD. A YAML number could not hold it exactly. */
export function usdFor(unit: string) {
  return z
    .string({
      error: ({ input }) =>
        typeof input === 'number' ? `must be text, in quotes: "${input < 0 ? '0.40' : input}"` : undefined,
    })
    .transform((text, context) => {
      try {
        return parseUsd(text, unit).toString();
      } catch (error) {
        context.addIssue({ code: 'custom', message: reasonOf(error) });
        return z.NEVER;
      }
    });
}

/** A share of a price that is taken off, as decimal text: over nothing, and never all of it. */
export const shareTakenOff = z
  .string({
    error: ({ input }) => (typeof input === 'number' ? 'must be text, in quotes, such as "0.5"' : undefined),
  })
  .regex(/^0\.(?!0+$)\d{1,4}$/, 'must be a share over 0 and under 1 such as "0.5", with at most 4 decimals');

/** US dollars for a million tokens. */
export const usdPerMillion = usdFor('one million tokens');

/** Where a provider answers: http or https, without a user, a query or a trailing slash. */
export const baseUrl = z.string().transform((text, context) => {
  const reason = reasonAgainstUrl(text);
  if (reason === undefined) return text.replace(/\/+$/, '');
  context.addIssue({ code: 'custom', message: reason });
  return z.NEVER;
});

function reasonAgainstUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url || !/^https?:\/\//i.test(text)) return 'must be a URL such as "https://api.example.com/v1" (http or https)';
  if (url.username !== '' || url.password !== '')
    return 'must not hold a user or password; put the credential in apiKey';
  if (url.search !== '' || url.hash !== '') return 'must not have a query or a fragment';
  return /\s/.test(text) ? 'must not contain spaces' : undefined;
}

/** The name of an Azure OpenAI resource, which becomes part of its host. */
export const azureResource = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]{1,63}$/, 'must be the name of an Azure resource: letters, digits and hyphens');

/** `v1`, or the date of a version as Azure writes it. */
export const azureVersion = z
  .string()
  .regex(/^(v1|\d{4}-\d{2}-\d{2}(-preview)?)$/, 'must be "v1" or a version such as "2024-10-21"');

/** A region of AWS, or the prefix of a cross-region inference profile. */
export const awsName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a name of AWS such as "eu-central-1" or "eu"');

/** A project of Google Cloud by its id. */
export const cloudProject = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.:-]{0,62}$/, 'must be the id of a Google Cloud project: small letters, digits and hyphens');

/** A location of Google Cloud. */
export const cloudLocation = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a location of Google Cloud such as "europe-west4" or "global"');

/** The JSON key file of a Google service account, or an access token. */
export const cloudCredential = z
  .string()
  .min(1)
  .max(LONGEST_CREDENTIAL)
  .regex(
    /^(\s*\{[\s\S]*"private_key"[\s\S]*\}\s*|[\x21-\x7a\x7c-\x7e]*)$/,
    'must be the JSON key file of a service account, as "${file:PATH}", or an access token',
  );
