import { createHash, createHmac } from 'node:crypto';
import type { SeenRequest } from '../../provider-contract/provider-server.fixture.js';

/** The signature that came with a request. */
export function signatureIn(request: SeenRequest | undefined): string | undefined {
  return /Signature=([0-9a-f]{64})$/.exec(String(request?.headers['authorization']))?.[1];
}

/** The signature that AWS computes on its side (Signature Version 4), from the request as it arrived. */
export function expectedSignature(request: SeenRequest | undefined, secretAccessKey: string): string {
  const { method = 'POST', path: target = '', headers = {}, text = '' } = request ?? {};
  const [path = '', query = ''] = target.split('?');
  const [, scope = '', signed = ''] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+)/.exec(String(headers['authorization'])) ?? [];
  // S3 alone takes the path as it is.
  const isStorage = scope.split('/')[2] === 's3';
  const canonical = [
    method,
    isStorage ? path : path.split('/').map(encodeURIComponent).join('/'),
    query.split('&').toSorted().join('&'),
    ...signed.split(';').map((name) => `${name}:${String(headers[name])}`),
    '',
    signed,
    sha256(text),
  ].join('\n');
  const words = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secretAccessKey}`);
  return hmac(key, words).toString('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
