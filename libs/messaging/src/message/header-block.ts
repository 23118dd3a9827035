import type { MsgHdrs } from '@nats-io/transport-node';

/** Headers in their wire form, in the clothes of the client's own header map. */
export type EncodedHeaders = MsgHdrs & { readonly bytes: Uint8Array };

const encoder = new TextEncoder();

/**
 * Encodes a message's headers in one string, several times cheaper than the client's own header map, which folds and
 * validates each name. Names are constants of ours; values may come from outside and are refused if they hold a line break.
 */
export function encodeHeaders(headers: Readonly<Record<string, string | undefined>>): EncodedHeaders {
  let block = 'NATS/1.0';
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    if (value.includes('\n') || value.includes('\r')) throw new TypeError(`header ${name} holds a line break`);
    block += `\r\n${name}: ${value}`;
  }
  const bytes = encoder.encode(`${block}\r\n\r\n`);
  // The client asks nothing of headers it sends but their bytes.
  return { bytes, encode: () => bytes } as unknown as EncodedHeaders;
}
