import { randomUUID } from 'node:crypto';
import type { CarriedDocument } from '#libs/contracts';
import { QueryRefused } from '../query-refused.js';
import type { BodyClaims } from './body-claims.js';

/** Larger documents go by claim check; well below what the server takes in one message. */
const MOST_MESSAGE_BYTES = 256 * 1024;

/** Makes a document fit for a query or its answer. `purpose` begins the name of one that is too large for a message. */
export async function carryDocument(
  bodies: Pick<BodyClaims, 'put'>,
  purpose: string,
  document: unknown,
): Promise<CarriedDocument> {
  const text = JSON.stringify(document);
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_MESSAGE_BYTES) return { document: text };
  const claim = `${purpose}-${randomUUID()}`;
  await bodies.put(claim, bytes);
  return { claim };
}

/** The document that `carryDocument` made fit, as parsed JSON. It is read once: a claim is given back. */
export async function openDocument(
  bodies: Pick<BodyClaims, 'get' | 'remove'>,
  carried: CarriedDocument,
): Promise<unknown> {
  if ('document' in carried) return parsed(carried.document);
  const bytes = await bodies.get(carried.claim);
  // What stays behind falls out of the bucket by itself.
  void bodies.remove(carried.claim).catch(() => undefined);
  return parsed(Buffer.from(bytes).toString('utf8'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new QueryRefused({ status: 400, code: 'invalid_query', message: 'The document is not JSON.' });
  }
}
