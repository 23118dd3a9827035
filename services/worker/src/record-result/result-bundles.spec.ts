import { describe, expect, it } from '@jest/globals';
import { decodeRequestsEnded, encodeRequestEnded, type RequestEnded } from '#libs/contracts';
import type { AtomicBatchPublisher } from '#libs/messaging';
import { buildRequestEnded } from '#libs/testing';
import { ResultBundles } from './result-bundles.js';

function bundles(fails = false) {
  const stored: { subject: string; requestIds: string[] }[] = [];
  const publisher = {
    publish: async (subject: string, data: string) => {
      if (fails) throw new Error('refused');
      stored.push({ subject, requestIds: decodeRequestsEnded(Buffer.from(data)).map(({ requestId }) => requestId) });
    },
  };
  return { stored, results: new ResultBundles(publisher as unknown as AtomicBatchPublisher) };
}

const event = (organization: string, answer = '{}'): RequestEnded =>
  buildRequestEnded({ organization, lane: 'durable', answer: { status: 200, body: answer } });
const store = (results: ResultBundles, events: readonly RequestEnded[]): Promise<void[]> =>
  Promise.all(events.map((one) => results.store(one, encodeRequestEnded(one))));

describe('results of the durable lane', () => {
  it('that come together go in one message for each organisation', async () => {
    const { stored, results } = bundles();
    const [one, two, other] = [event('one'), event('one'), event('other')];
    await store(results, [one, two, other]);

    expect(stored).toEqual([
      { subject: 'requests.ended.v1.one.durable', requestIds: [one.requestId, two.requestId] },
      { subject: 'request.completed.v1.other.durable', requestIds: [other.requestId] },
    ]);
  });

  it('go in several messages where they are many or large', async () => {
    const { stored, results } = bundles();
    const many = Array.from({ length: 101 }, () => event('many'));
    const large = Array.from({ length: 3 }, () => event('large', 'x'.repeat(140 * 1024)));
    await store(results, [...many, ...large, event('huge', 'x'.repeat(200 * 1024))]);

    const sizes = (organization: string) =>
      stored.filter(({ subject }) => subject.includes(`.${organization}.`)).map(({ requestIds }) => requestIds.length);
    expect(sizes('many')).toEqual([100, 1]);
    expect(sizes('large')).toEqual([2, 1]);
    expect(sizes('huge')).toEqual([1]);
  });

  it('fail together where their message is refused', async () => {
    const { results } = bundles(true);
    const outcomes = await Promise.allSettled(
      [event('one'), event('one')].map((one) => results.store(one, encodeRequestEnded(one))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
