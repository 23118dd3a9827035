import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Undeliverable } from '#libs/messaging';
import { RequestSeals } from './request-seals.js';

const request = { requestId: 'req_0123456789', organization: 'acme', project: 'web', key: 'ci', lane: 'interactive' };

describe('seals of requests', () => {
  let folder: string;
  const withFile = (text: string): RequestSeals => {
    const requestSealFile = join(folder, 'requests.key');
    writeFileSync(requestSealFile, text);
    return new RequestSeals({ requestSealFile });
  };

  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'switchyard-seals-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('let the ends of sealed requests pass, and no other', () => {
    const seals = withFile(`${Buffer.alloc(32, 7).toString('base64')}\n`);
    const sealed = seals.sealed(request);
    seals.require([sealed, sealed]);
    expect(() => seals.require([sealed, { ...sealed, organization: 'other' }])).toThrow(Undeliverable);
    expect(() => seals.require([request])).toThrow('the end of req_0123456789 of acme has no valid seal');
  });

  it('are neither made nor asked for without a key', () => {
    const seals = new RequestSeals({ requestSealFile: undefined });
    expect(seals.sealed(request)).toBe(request);
    seals.require([request]);
  });

  it('need a key of the right length', () => {
    expect(() => withFile('AAAA')).toThrow('openssl rand -base64 32');
  });
});
