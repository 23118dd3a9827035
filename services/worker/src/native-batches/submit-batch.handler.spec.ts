import { describe, expect, it } from '@jest/globals';
import { encodeRequestBundle, type BundledRequest, type NativeBatchSubmitted, type Target } from '#libs/contracts';
import { dialectNamed } from '#libs/dialects';
import type { BodyClaims } from '#libs/messaging';
import type { ProviderDirectory } from '../call-model/provider-directory.js';
import type { NativeBatches, NativeOrder } from '../providers/native-batches.js';
import { openai } from '../providers/openai/index.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { doubleOf } from './double-of.js';
import { SubmitBatchHandler } from './submit-batch.handler.js';

const target: Target = {
  provider: 'vendor',
  model: 'm',
  price: { version: 'price_0000000000000001', inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0' },
  timeouts: { firstByteMilliseconds: 1_000, idleMilliseconds: 1_000, totalMilliseconds: 1_000 },
};

function requestOf(id: number, body: object = {}, dialect = 'openai-chat'): BundledRequest {
  const bytes = Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: `${id}` }], ...body }));
  const facts = {
    ...dialectNamed(dialect).readFacts(bytes),
    requestId: `req_000000000${id}`,
    organization: 'demo',
    project: 'default',
    key: 'ci',
    lane: 'durable' as const,
    receivedAt: Date.now(),
  };
  return { facts, body: bytes };
}

const three = (): BundledRequest[] => [requestOf(1), requestOf(2), requestOf(3)];

/** What becomes of requests at a provider with this batch API. */
async function submitted(
  requests: readonly BundledRequest[],
  changes: Partial<NativeBatches> = {},
): Promise<{ answer: NativeBatchSubmitted; sent: string[] }> {
  const sent: string[] = [];
  const batches = {
    mostLines: 10,
    mostBytes: 10_000,
    takes: () => true,
    submit: async ({ lines }: NativeOrder) => {
      sent.push(...lines.map(({ customId }) => customId.slice(-1)));
      return 'remote';
    },
    ...changes,
  } as NativeBatches;
  const material = { options: { baseUrl: 'http://127.0.0.1:9/v1' }, credentials: ['secret-key'] };
  const { double, exchange } = doubleOf(openai, material);
  const provider = { ...double, batches, redact: (words: string) => words.replaceAll('secret-key', '…') };
  const handler = new SubmitBatchHandler(
    { findRecorded: async () => ({ provider, double, exchange }) } as unknown as ProviderDirectory,
    { get: async () => encodeRequestBundle(requests) } as unknown as BodyClaims,
  );
  const answer = await handler.submit({ name: 'native_1', revision: 1, target, claim: 'lines' });
  await double.close();
  return { answer, sent };
}

const throws = (failure: ProviderFailure) => ({ submit: () => Promise.reject(failure) });

describe('SubmitBatchHandler', () => {
  it('sends all that fit into one batch', async () => {
    expect(await submitted(three())).toEqual({
      answer: { outcome: 'submitted', remoteId: 'remote', left: [] },
      sent: ['1', '2', '3'],
    });
  });

  it.each([
    ['are more than a batch takes', three(), { mostLines: 2 }, ['1', '2']],
    ['want several answers', [requestOf(1), requestOf(2), requestOf(3, { n: 2 })], {}, ['1', '2']],
    [
      'are for another endpoint',
      [requestOf(1), requestOf(2), requestOf(3, { input: 'x' }, 'openai-embeddings')],
      {},
      ['1', '2'],
    ],
    ['the provider takes online only', three(), { takes: ({ customId }) => !customId.endsWith('3') }, ['1', '2']],
  ] as [string, BundledRequest[], Partial<NativeBatches>, string[]][])(
    'leaves those that %s',
    async (_why, requests, changes, sent) => {
      const result = await submitted(requests, changes);
      expect(result).toEqual({ answer: { outcome: 'submitted', remoteId: 'remote', left: ['req_0000000003'] }, sent });
    },
  );

  it('sends none where they are too few', async () => {
    const { answer, sent } = await submitted(three(), { leastLines: 4 });
    expect(answer).toMatchObject({
      outcome: 'refused',
      mayPass: false,
      message: expect.stringMatching(/3 .* at least 4/),
    });
    expect(sent).toEqual([]);
  });

  it('counts those that are left before it says that there are enough', async () => {
    const { answer } = await submitted(three(), { leastLines: 3, mostLines: 2 });
    expect(answer).toMatchObject({ outcome: 'refused', mayPass: false });
  });

  it.each([
    [400, { outcome: 'refused', mayPass: false }],
    [429, { outcome: 'refused', mayPass: true }],
    [408, { outcome: 'unknown' }],
    [503, { outcome: 'unknown' }],
    [undefined, { outcome: 'unknown' }],
  ] as const)('knows what a refusal with status %s says of the batch', async (status, expected) => {
    const details = status === undefined ? {} : { status };
    const { answer } = await submitted(three(), throws(new ProviderFailure('server_error', 'not secret-key', details)));
    expect(answer).toEqual({ ...expected, message: 'not …' });
  });
});
