import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  FrameKind,
  MessageHeader,
  patternsOf,
  Subject,
  type Facts,
  type KeyEntry,
  type ModelEntry,
  type Snapshot,
  type SubjectName,
} from '#libs/contracts';
import type { IncomingMessage, Messaging } from '#libs/messaging';
import { KeyHasher } from '#libs/secrets';
import { SECRET_KEY, startIngressForTests, type IngressForTests } from '../ingress.fixture.js';

const START_MILLISECONDS = 60_000;
/** The word is in none of our own subjects; whatever has it came from a name. */
const MARK = 'thief';
const NAMES = [
  `${MARK}.a`,
  `${MARK}.*`,
  `${MARK}.>`,
  '*',
  '>',
  `a ${MARK}`,
  `${MARK}\tb`,
  `$JS.API.${MARK}.>`,
  `größe.${MARK}`,
];
const BROKEN = [`a\r\nPUB ${MARK} 0\r\n\r\n`, `a\nSUB > ${MARK}`, `a\0${MARK}`];
const QUERY = /^[a-z-]+\.[a-z-]+\.v1$/;
/** Entries of buckets: the organization, and a hash of whatever else they are for. */
const ENTRY = /^\$KV\.(limits\.demo\.[0-9a-f]{32}|idempotency\.demo\.([0-9a-f]{64}(\.part\d+)?|bytes\d+))$/;
const KNOWN = (Object.keys(Subject) as SubjectName[]).flatMap((name) => patternsOf(name));
const hasher = new KeyHasher(SECRET_KEY);
const timeouts = { firstByteMilliseconds: 60_000, idleMilliseconds: 60_000, totalMilliseconds: 600_000 };
const modelNamed = (name: string): ModelEntry => ({ name, strategy: 'priority', timeouts, targets: [] });
const keyNamed = (name: string, more: Partial<KeyEntry> = {}): KeyEntry => ({
  organization: 'demo',
  project: 'default',
  name,
  admin: false,
  hash: hasher.hash(name),
  ...more,
});
const snapshot: Snapshot = {
  version: 1,
  revision: 1,
  createdAt: 0,
  providers: [],
  models: NAMES.map(modelNamed),
  keys: [keyNamed('caller'), keyNamed('bootstrap', { admin: true })],
  organizations: [
    {
      name: 'demo',
      projects: [
        {
          name: 'default',
          // Counted for each model and each end user, so that both names are part of a key of the bucket.
          limits: {
            eachEndUser: { requestsPerMinute: 100 },
            models: Object.fromEntries(NAMES.map((name) => [name, { requestsPerMinute: 100 }])),
          },
        },
      ],
    },
  ],
};

let ingress: IngressForTests;
let services: Messaging;
let heard: IncomingMessage[] = [];

beforeAll(async () => {
  ingress = await startIngressForTests(snapshot);
  services = ingress.messaging.messaging;
  // What is asked of other services is refused by whoever stands for them here, so that nobody waits.
  const refusal = { [MessageHeader.error]: JSON.stringify({ status: 418, code: 'heard', message: 'heard' }) };
  services.subscribe('>', (message) => {
    heard.push(message);
    if (message.reply !== undefined && QUERY.test(message.subject))
      services.publish(message.reply, '', { headers: refusal });
  });
  services.subscribe(Subject.requestAcceptedInteractive, ({ reply = '' }) => {
    const [, process = '', requestId = ''] = reply.split('.');
    const head = JSON.stringify({ status: 200, attempts: 1 });
    const headers = {
      [MessageHeader.frame]: FrameKind.whole,
      [MessageHeader.sequence]: '0',
      [MessageHeader.answer]: head,
    };
    services.publish(reply, '{"answer":1}', { headers });
    services.publish(Subject.resultsRecorded(process), JSON.stringify([requestId]));
  });
}, START_MILLISECONDS);
afterEach(() => {
  heard = [];
});
afterAll(() => ingress.stop());

/** Whether a subscription to the pattern hears the subject. */
function hears(pattern: string, subject: string): boolean {
  const [wanted, told] = [pattern.split('.'), subject.split('.')];
  return wanted.length === told.length && wanted.every((token, at) => token === '*' || token === told[at]);
}

/** What was said at subjects that are none of the house's, or that a name is part of. */
function strays(): string[] {
  return heard
    .map(({ subject }) => subject)
    .filter((subject) => {
      if (subject.includes(MARK) || /[*>\s]/.test(subject)) return true;
      if (/^(_INBOX|\$JS\.(API|ACK|EVENT)\.)/.test(subject)) return false;
      if (subject.startsWith('$KV.')) return !ENTRY.test(subject);
      return !KNOWN.some((pattern) => hears(pattern, subject));
    });
}

function ask(payload: object, headers: Record<string, string> = {}) {
  return ingress.http.inject({
    method: 'POST',
    url: '/v1/chat/completions',
    headers: { authorization: 'Bearer caller', 'content-type': 'application/json', ...headers },
    payload: { max_tokens: 5, messages: [{ role: 'user', content: 'hi' }], ...payload },
  });
}

describe('a name that would be more than a name in a subject', () => {
  it.each(NAMES)(
    'is a model’s, an end user’s and an idempotency key’s, and reaches nobody but the router: %j',
    async (name) => {
      const idempotencyKey = /^[\x20-\x7e]+$/.test(name) ? name : encodeURIComponent(name);
      const metadata = { [name]: name };
      const answer = await ask({ model: name, user: name, metadata }, { 'idempotency-key': `${idempotencyKey}.x` });

      expect(answer.statusCode).toBe(200);
      expect(strays()).toEqual([]);
      const accepted = heard.filter(({ subject }) => subject === Subject.requestAcceptedInteractive);
      const facts = accepted.map((message) => JSON.parse(message.header(MessageHeader.facts) ?? '{}') as Facts);
      expect(facts).toMatchObject([{ model: name, endUser: name, metadata }]);
      expect(heard.filter(({ subject }) => subject.startsWith('$KV.limits.')).length).toBeGreaterThan(0);
    },
  );

  it.each(BROKEN)('is an end user’s though it breaks lines, and unknown as a model’s: %j', async (name) => {
    expect((await ask({ model: NAMES[0], user: name, metadata: { [name]: name } })).statusCode).toBe(200);
    const [accepted] = heard.filter(({ subject }) => subject === Subject.requestAcceptedInteractive);
    expect(JSON.parse(accepted?.header(MessageHeader.facts) ?? '{}')).toMatchObject({ endUser: name });
    expect((await ask({ model: name })).statusCode).toBe(404);
    expect(strays()).toEqual([]);
  });

  it('is no subject as a part of any address', async () => {
    const withNames = ingress.routes.filter(({ url }) => /:\w|\*/.test(url));
    expect(withNames.length).toBeGreaterThan(40);
    for (const name of [...NAMES, ...BROKEN, `req_${MARK}.*`, `req_${MARK}0000.>`]) {
      const calls = withNames.map(({ method, url }) =>
        ingress.http.inject({
          method: method as 'GET',
          url: url.replaceAll(/:\w+|\*/g, () => encodeURIComponent(name)),
          headers: { authorization: 'Bearer bootstrap', 'content-type': 'application/json', 'if-match': '*' },
          ...(method === 'GET' ? {} : { payload: '{}' }),
        }),
      );
      const statuses = (await Promise.all(calls)).map(({ statusCode }) => statusCode);
      expect([name, statuses.filter((status) => status === 500)]).toEqual([name, []]);
    }
    expect(heard.length).toBeGreaterThan(100);
    expect(strays()).toEqual([]);
    // Nor in what is asked of a stream, whose filter is a subject as well.
    expect(heard.filter(({ subject }) => subject.startsWith('$JS.API.DIRECT.GET.STREAMED_ANSWERS'))).toEqual([]);
  });

  it('finds no stream of another project: the subject is made of whose the key is', async () => {
    await ingress.http.inject({
      url: `/v1/requests/req_${MARK}0000/stream`,
      headers: { authorization: 'Bearer caller', 'x-switchyard-project': MARK, 'x-switchyard-organization': MARK },
    });
    const asked = heard.filter(({ subject }) => subject === '$JS.API.DIRECT.GET.STREAMED_ANSWERS');
    expect(asked.map((message) => message.json())).toMatchObject([
      { next_by_subj: Subject.answerStreamed('demo', 'default', `req_${MARK}0000`) },
    ]);
  });
});
