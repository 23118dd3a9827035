import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Bucket, FrameKind, MessageHeader, Subject, type Facts, type Snapshot } from '#libs/contracts';
import { AnswerLog, BodyClaims, MessagingError, type IncomingMessage, type Messaging } from '#libs/messaging';
import { KeyHasher } from '#libs/secrets';
import { SECRET_KEY, startIngressForTests, type IngressForTests } from '../ingress.fixture.js';

const START_MILLISECONDS = 60_000;
const MEBIBYTE = 1024 ** 2;
/** More than nats-server takes in one message, here and by default (8 MiB and 1 MiB). */
const PROMPT_BYTES = 20 * MEBIBYTE;
const FIELD_BYTES = MEBIBYTE + 1;
/** As workers cut their answers. */
const FRAME_BYTES = 256 * 1024;
const KEY = 'sk-large-bodies-1';
const OBJECTS = `OBJ_${Bucket.bodies.name}`;
const timeouts = { firstByteMilliseconds: 60_000, idleMilliseconds: 60_000, totalMilliseconds: 600_000 };
const snapshot: Snapshot = {
  version: 1,
  revision: 1,
  createdAt: 0,
  providers: [],
  models: [{ name: 'gpt-small', strategy: 'priority', timeouts, targets: [] }],
  keys: [
    { organization: 'demo', project: 'default', name: 'ci', admin: false, hash: new KeyHasher(SECRET_KEY).hash(KEY) },
  ],
};
const ROUTES = ['/v1/chat/completions', '/v1/messages', '/v1/responses'] as const;
/** Members whose values are read, some of which travel beside the body; each with more in it than a message takes by default. */
const FIELDS: Readonly<Record<string, (text: string) => object>> = {
  model: (text) => ({ model: text }),
  models: (text) => ({ models: [text] }),
  fallbacks: (text) => ({ fallbacks: [{ model: text }] }),
  provider: (text) => ({ provider: { order: [text] } }),
  session_id: (text) => ({ session_id: text }),
  transforms: (text) => ({ transforms: [text] }),
  plugins: (text) => ({ plugins: [{ id: text }] }),
  user: (text) => ({ user: text }),
  safety_identifier: (text) => ({ safety_identifier: text }),
  prompt_cache_key: (text) => ({ prompt_cache_key: text }),
  service_tier: (text) => ({ service_tier: text }),
  'metadata of the user': (text) => ({ metadata: { user_id: text } }),
  'names and values of metadata': (text) => ({ metadata: { note: text, [text]: 'x', tags: [text] } }),
  stop: (text) => ({ stop: text }),
  tools: (text) => ({ tools: [{ type: 'function', function: { name: text, parameters: { type: 'object' } } }] }),
  tool_choice: (text) => ({ tool_choice: text }),
  response_format: (text) => ({ response_format: { type: text } }),
  'a name that nobody knows': (text) => ({ [text]: 1 }),
};

const prompt = (bytes: number): object => ({
  model: 'gpt-small',
  max_tokens: 5,
  messages: [{ role: 'user', content: 'ä€😀 '.repeat(Math.ceil(bytes / Buffer.byteLength('ä€😀 '))) }],
});

let ingress: IngressForTests;
let services: Messaging;
let called: IncomingMessage[] = [];
let answer: Buffer = Buffer.from('{"answer":1}');

/** Answers a call as a worker does, in as many frames as it takes. */
function reply({ reply: subject = '' }: IncomingMessage): void {
  const [, process = '', requestId = ''] = subject.split('.');
  const send = (frame: FrameKind, sequence: number, bytes: Uint8Array): void => {
    const head = frame === FrameKind.whole ? JSON.stringify({ status: 200, attempts: 1 }) : undefined;
    const headers = {
      [MessageHeader.frame]: frame,
      [MessageHeader.sequence]: String(sequence),
      [MessageHeader.answer]: head,
    };
    services.publish(subject, bytes, { headers });
  };
  let sequence = 0;
  let rest: Uint8Array = answer;
  for (; rest.length > FRAME_BYTES; rest = rest.subarray(FRAME_BYTES))
    send(FrameKind.part, sequence++, rest.subarray(0, FRAME_BYTES));
  send(FrameKind.whole, sequence, rest);
  services.publish(Subject.resultsRecorded(process), JSON.stringify([requestId]));
}

beforeAll(async () => {
  ingress = await startIngressForTests(snapshot);
  services = ingress.messaging.messaging;
  services.subscribe(Subject.requestAcceptedInteractive, (message) => {
    called.push(message);
    reply(message);
  });
}, START_MILLISECONDS);
afterEach(() => {
  called = [];
  answer = Buffer.from('{"answer":1}');
});
afterAll(() => ingress.stop());

const ask = (payload: string | Buffer, url: string = ROUTES[0], more: Record<string, string> = {}) =>
  ingress.http.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...more },
    payload,
  });

/** Changes what the bucket of bodies may hold, and gives what it could before. */
async function boundObjects(maxBytes: number): Promise<number> {
  const manage = async (what: string, body: string) => {
    const told = await services.request(`$JS.API.STREAM.${what}.${OBJECTS}`, body, { timeoutMilliseconds: 5_000 });
    return told.json() as { config: { max_bytes: number }; error?: unknown };
  };
  const { config } = await manage('INFO', '');
  const { error } = await manage('UPDATE', JSON.stringify({ ...config, max_bytes: maxBytes }));
  expect(error).toBeUndefined();
  return config.max_bytes;
}

/** Does what was put off for a minute, among the timers that were seen. */
async function passAMinute(timers: jest.SpiedFunction<typeof setTimeout>): Promise<void> {
  const later = timers.mock.calls.filter(([, milliseconds]) => milliseconds === 60_000);
  timers.mockRestore();
  const removal = jest.spyOn(BodyClaims.prototype, 'remove');
  for (const [leave] of later) leave();
  await Promise.all(removal.mock.results.map(({ value }) => value as Promise<void>));
  removal.mockRestore();
}

describe('a body that is larger than a message', () => {
  it('reaches who decides on it byte for byte, and so does an answer as large its caller', async () => {
    const body = Buffer.from(JSON.stringify(prompt(PROMPT_BYTES)));
    const timers = jest.spyOn(globalThis, 'setTimeout');
    answer = Buffer.from(JSON.stringify({ text: 'ä€😀 '.repeat(PROMPT_BYTES / 10) }));
    const told = await ask(body);

    expect([told.statusCode, told.rawPayload.equals(answer)]).toEqual([200, true]);
    const [message] = called;
    const claim = message?.header(MessageHeader.bodyClaim) ?? '';
    expect([called.length, message?.data.length, claim]).toEqual([1, 0, told.headers['x-request-id']]);
    const bodies = new BodyClaims(ingress.messaging.link);
    expect(body.equals(await bodies.get(claim))).toBe(true);
    // It leaves the bucket, which is everybody's.
    await passAMinute(timers);
    await expect(bodies.get(claim)).rejects.toMatchObject({ code: 'gone' });
    const facts = JSON.parse(message?.header(MessageHeader.facts) ?? '{}') as Facts;
    expect(facts.estimatedPromptTokens).toBeGreaterThan(MEBIBYTE);
  });

  it('leaves the bucket, too, where its stream cannot be kept and so nobody is called', async () => {
    const put = jest.spyOn(BodyClaims.prototype, 'put');
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const keep = jest.spyOn(AnswerLog.prototype, 'keep');
    keep.mockRejectedValueOnce(new MessagingError('unavailable', 'the stream is away'));
    const body = JSON.stringify({ ...prompt(2 * MEBIBYTE), stream: true });
    const told = await ask(body, ROUTES[0], { 'x-switchyard-resumable': 'true' });
    keep.mockRestore();

    expect([told.statusCode, called.length]).toEqual([503, 0]);
    const claim = put.mock.calls[0]?.[0] ?? '';
    put.mockRestore();
    const bodies = new BodyClaims(ingress.messaging.link);
    expect((await bodies.get(claim)).length).toBe(Buffer.byteLength(body));
    await passAMinute(timers);
    await expect(bodies.get(claim)).rejects.toMatchObject({ code: 'gone' });
  });

  it.each(ROUTES)('is refused by its size beyond 32 MiB, in the words of %s', async (url) => {
    const told = await ask(Buffer.alloc(32 * MEBIBYTE + 1, ' '), url);
    const type = url === '/v1/messages' ? 'request_too_large' : 'invalid_request_error';

    expect([told.statusCode, told.json()]).toMatchObject([413, { error: { type } }]);
    expect(called).toEqual([]);
  });

  it.each(Object.keys(FIELDS))('is no worse for being so by one field: %s', async (name) => {
    const more = FIELDS[name]?.('x'.repeat(FIELD_BYTES));
    for (const url of ROUTES) {
      const request = url === '/v1/responses' ? { model: 'gpt-small', input: 'hi', store: false } : prompt(2);
      const told = await ask(JSON.stringify({ ...request, ...more }), url);

      // Refused by name, or sent whole: in no way is it our failure, and the refusal is no echo.
      expect([200, 400, 404]).toContain(told.statusCode);
      if (told.statusCode !== 200) expect(told.json()).toMatchObject({ error: { type: expect.any(String) } });
      expect(told.rawPayload.length).toBeLessThan(10_000);
    }
    for (const message of called) {
      expect(message.header(MessageHeader.bodyClaim)).toMatch(/^req_/);
      expect(message.header(MessageHeader.facts)?.length).toBeLessThan(10_000);
    }
  });

  it('is told to come again where there is no room for it, and nobody is called', async () => {
    const before = await boundObjects(MEBIBYTE);
    try {
      const told = await ask(JSON.stringify(prompt(2 * MEBIBYTE)));
      expect([told.statusCode, told.headers['retry-after'], told.json()]).toMatchObject([
        503,
        '1',
        { error: { code: 'temporarily_unavailable' } },
      ]);
      expect(called).toEqual([]);
    } finally {
      await boundObjects(before);
    }
    expect((await ask(JSON.stringify(prompt(2 * MEBIBYTE)))).statusCode).toBe(200);
  });
});
