import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { payloadPartName, Subject, type PayloadCaptured } from '#libs/contracts';
import type { StreamMessage } from '#libs/messaging';
import { RequestSeals } from '#libs/runtime';
import { sealPayload } from '#libs/secrets';
import { testSettings } from '../audit.fixture.js';
import { KeepPayloadsConsumer } from './keep-payloads.consumer.js';
import type { ArrivedPayload, KeepPayloadsHandler } from './keep-payloads.handler.js';

const request = {
  requestId: 'req_0123456789',
  organization: 'acme',
  project: 'web',
  key: 'ci',
  endUser: 'jo',
  lane: 'durable' as const,
  job: { batchId: 'batch_1', line: 7, customId: 'seven' },
  hold: { nanoUsd: '5', leases: [{ id: 'lease_1', nanoUsd: '5' }] },
};
const text = { bytes: 2, keptBytes: 2, contentType: 'application/json' };
const headOf = (fields: Partial<PayloadCaptured>): PayloadCaptured => ({
  version: 1,
  ...request,
  model: 'chat',
  keep: 'full',
  capturedAt: 1,
  outcome: 'completed',
  part: 1,
  parts: 1,
  prompt: text,
  ...fields,
});

describe('prompts and answers that arrive', () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-payload-seals-'));
  const kept: ArrivedPayload[] = [];
  const handler = {
    keep: async (batch: readonly ArrivedPayload[]) => void kept.push(...batch),
  } as unknown as KeepPayloadsHandler;
  let seals: RequestSeals;
  beforeAll(() => {
    const requestSealFile = join(folder, 'requests.key');
    writeFileSync(requestSealFile, Buffer.alloc(32, 7).toString('base64'));
    seals = new RequestSeals({ requestSealFile });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const arrive = (head: PayloadCaptured, by: RequestSeals, subject = Subject.payloadCaptured(head.organization)) => {
    const data = sealPayload(Buffer.from('{}'), payloadPartName(head), testSettings.secretKey);
    const message = { subject, data, header: () => JSON.stringify(head) } as unknown as StreamMessage;
    const consumer = new KeepPayloadsConsumer(handler, testSettings, by);
    return consumer.consume([{ message, value: data }]);
  };

  it('are kept of requests that were accepted', async () => {
    await arrive(headOf({ seal: seals.sealed(request).seal }), seals);
    expect(kept.splice(0).map(({ head }) => head.requestId)).toEqual([request.requestId]);
  });

  it.each<[string, Partial<PayloadCaptured>]>([
    ['of another request', { requestId: 'req_0123456780' }],
    ['of another organization', { organization: 'other' }],
    ['of another project', { project: 'lab' }],
    ['of another end user', { endUser: 'mo' }],
    ['of another line', { job: { batchId: 'batch_1', line: 8, customId: 'seven' } }],
    ['without a seal', { seal: undefined }],
  ])('are buried %s', async (_, fields) => {
    await expect(arrive(headOf({ seal: seals.sealed(request).seal, ...fields }), seals)).rejects.toMatchObject({
      name: 'Undeliverable',
      message: expect.stringContaining('no valid seal'),
    });
    expect(kept).toEqual([]);
  });

  it('are of the organization of their subject, also where nothing is sealed', async () => {
    const unsealed = new RequestSeals({ requestSealFile: undefined });
    await arrive(headOf({}), unsealed);
    expect(kept.splice(0)).toHaveLength(1);
    await expect(arrive(headOf({}), unsealed, Subject.payloadCaptured('other'))).rejects.toThrow('no valid seal');
  });
});
