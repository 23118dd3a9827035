import { describe, expect, it } from '@jest/globals';
import type { Facts } from '../routing/facts.js';
import type { RoutingSlip } from '../routing/plan.js';
import {
  decodeRequestBundle,
  encodeRequestBundle,
  encodeRequestBundles,
  type BundledRequest,
} from './request-bundle.js';

const facts = (line: number, changes: Partial<Facts> = {}): Facts => ({
  requestId: `req_0123456789_${line}`,
  organization: 'demo',
  project: 'default',
  key: 'ci',
  lane: 'durable',
  dialect: 'openai-chat',
  operation: 'chat',
  model: 'gpt-small',
  stream: false,
  usageAsked: false,
  estimatedPromptTokens: 10 + line,
  receivedAt: 1,
  bodyBytes: 4,
  spans: { model: [0, 1] },
  job: { batchId: 'batch_1', line, customId: `line-${line}` },
  ...changes,
});
const slip = (revision: number): RoutingSlip => ({
  targets: [{ provider: 'toy' } as RoutingSlip['targets'][number]],
  position: 0,
  attempts: [],
  decision: { snapshotRevision: revision, strategy: 'priority', candidates: [] },
});
const request = (line: number, changes: Partial<BundledRequest> = {}): BundledRequest => ({
  facts: facts(line),
  body: Buffer.from(`böd${line}\n`),
  ...changes,
});
const readable = (requests: readonly BundledRequest[]) =>
  requests.map((one) => ({ ...one, body: Buffer.from(one.body).toString() }));

describe('a bundle of requests', () => {
  it.each([
    ['none', []],
    ['one', [request(1)]],
    [
      'several with and without plans, claims and optional facts',
      [
        request(1, { slip: slip(1) }),
        request(2, { facts: facts(2, { endUser: 'somebody', deadline: 5 }), slip: slip(2) }),
        request(3, { body: new Uint8Array(), claim: 'req_3', slip: slip(1) }),
        request(4),
      ],
    ],
  ])('of %s comes back as it was', (_what, requests) => {
    expect(readable(decodeRequestBundle(encodeRequestBundle(requests)))).toEqual(readable(requests));
  });

  it('says once what all have in common', () => {
    const text = Buffer.from(encodeRequestBundle([1, 2, 3].map((line) => request(line, { slip: slip(7) })))).toString();
    expect(text.match(/gpt-small/g)).toHaveLength(1);
    expect(text.match(/snapshotRevision/g)).toHaveLength(1);
    expect(text.match(/"line-\d"/g)).toHaveLength(3);
  });

  it('too large for a message becomes several, in their order', () => {
    const requests = [1, 2, 3, 4, 5].map((line) => request(line, { body: Buffer.alloc(1_000, 'x') }));
    const bundles = encodeRequestBundles(requests, 3_500);
    expect(bundles.length).toBeGreaterThan(1);
    expect(bundles.every(({ bytes }) => bytes.length <= 3_500)).toBe(true);
    expect(readable(bundles.flatMap(({ bytes }) => decodeRequestBundle(bytes)))).toEqual(readable(requests));
    expect(encodeRequestBundles(requests.slice(0, 1), 10)).toHaveLength(1);
    expect(encodeRequestBundles([])).toEqual([]);
  });

  it('that was cut off is no bundle', () => {
    const bytes = encodeRequestBundle([request(1)]);
    expect(() => decodeRequestBundle(bytes.subarray(0, -1))).toThrow(RangeError);
    expect(() => decodeRequestBundle(bytes.subarray(0, 20))).toThrow(SyntaxError);
  });
});
