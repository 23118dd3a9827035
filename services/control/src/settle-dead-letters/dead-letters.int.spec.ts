import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  DeadLetterHeader,
  INSTALLATION_TRAIL,
  MessageHeader,
  Stream,
  Subject,
  type Caller,
  type DeadLetter,
} from '#libs/contracts';
import { eventually } from '#libs/testing';
import { startControlForTests, type ControlForTests } from '../control.fixture.js';
import { DeadLettersRepository } from '../keep-dead-letters/dead-letters.repository.js';
import { SettleDeadLettersHandler } from './settle-dead-letters.handler.js';

const FILE = `version: 1
providers: { toy: { kind: sim } }
models:
  - { name: small, targets: [ { provider: toy, model: sim-small, price: { inputPerMillion: "1", outputPerMillion: "1" } } ] }
`;
const caller: Caller = { organization: 'acme', project: 'web', key: 'admin', admin: true };
const DAY = 24 * 60 * 60_000;

let control: ControlForTests;
let handler: SettleDeadLettersHandler;
let buried = 0;

beforeAll(async () => {
  control = await startControlForTests(FILE);
  handler = control.application.get(SettleDeadLettersHandler);
}, 60_000);
afterAll(() => control.stop());

/** Buries a message, as a consumer does. */
async function bury(payload: string | Uint8Array, headers: Record<string, string> = {}): Promise<number> {
  buried += 1;
  await control.messaging.publisher.publish(Subject.deadLetter('billing'), payload, {
    headers: {
      [MessageHeader.traceParent]: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      [DeadLetterHeader.reason]: 'TypeError: no price',
      [DeadLetterHeader.kind]: 'delivery_limit',
      [DeadLetterHeader.errorClass]: 'TypeError',
      [DeadLetterHeader.stackHash]: '0123456789ab',
      [DeadLetterHeader.subject]: Subject.requestEnded('completed', 'acme', 'interactive'),
      [DeadLetterHeader.stream]: Stream.results.name,
      [DeadLetterHeader.consumer]: 'billing',
      [DeadLetterHeader.sequence]: String(buried),
      [DeadLetterHeader.deliveries]: '10',
      ...headers,
    },
  });
  return buried;
}

const letterOf = (streamSequence: number): Promise<DeadLetter> =>
  eventually(async () => {
    const { data } = await handler.list({ caller, limit: 100 });
    const letter = data.find(({ stream_sequence: sequence }) => sequence === streamSequence);
    if (!letter) throw new Error('the letter is not in Postgres yet');
    return letter;
  });

/** Asks JetStream itself. */
async function ask(what: string, body: object = {}): Promise<Record<string, unknown>> {
  const reply = await control.messaging.messaging.request(`$JS.API.STREAM.${what}`, JSON.stringify(body), {
    timeoutMilliseconds: 5_000,
  });
  return reply.json() as Record<string, unknown>;
}
const lastIn = async (stream: string): Promise<number> =>
  ((await ask(`INFO.${stream}`))['state'] as { last_seq: number }).last_seq;

async function notes(type: string): Promise<{ subject: { id: string }; actor: object }[]> {
  const found: { type: string; subject: { id: string }; actor: object }[] = [];
  for (let sequence = 1; sequence <= (await lastIn(Stream.notes.name)); sequence += 1) {
    const { message } = await ask(`MSG.GET.${Stream.notes.name}`, { seq: sequence });
    const { subject, data } = message as { subject: string; data: string };
    if (subject === Subject.auditNoted(INSTALLATION_TRAIL))
      found.push(JSON.parse(Buffer.from(data, 'base64').toString()));
  }
  return found.filter((note) => note.type === type);
}

describe('dead letters in Postgres', () => {
  it('rest with reason, whence and content, and are listed oldest first by consumer and status', async () => {
    const first = await letterOf(await bury('{"a":1}'));
    const second = await letterOf(await bury(Buffer.from([0xff, 0xfe])));
    expect(first).toMatchObject({
      status: 'resting',
      consumer: 'billing',
      kind: 'delivery_limit',
      reason: 'TypeError: no price',
      error_class: 'TypeError',
      stack_hash: '0123456789ab',
      deliveries: 10,
      subject: Subject.requestEnded('completed', 'acme', 'interactive'),
      stream: 'RESULTS',
      bytes: 7,
      settled_by: null,
    });
    const ids = async (query: object) => (await handler.list({ caller, limit: 1, ...query })).data.map(({ id }) => id);
    expect(await ids({})).toEqual([first.id]);
    expect(await ids({ after: first.id, consumer: 'billing', status: 'resting' })).toEqual([second.id]);
    expect(await ids({ consumer: 'audit' })).toEqual([]);
    await expect(ids({ consumer: 'nope' })).rejects.toMatchObject({
      reply: { status: 400, param: 'consumer', message: expect.stringContaining('There is: router, worker, billing') },
    });
    expect(await ids({ after: second.id, consumer: 'billing' })).toEqual([]);
    for (const after of ['dl_unknown', '', 'a\0b'])
      await expect(ids({ after })).rejects.toMatchObject({ reply: { status: 400, param: 'after' } });
    expect((await handler.list({ caller, limit: 1 })).has_more).toBe(true);

    const shown = await handler.read({ caller, id: first.id });
    expect(shown.payload).toEqual({ text: '{"a":1}', truncated: false });
    expect(Object.keys(shown.headers)).toEqual([MessageHeader.traceParent]);
    expect((await handler.read({ caller, id: second.id })).payload).toEqual({ base64: '//4=', truncated: false });
  });

  it('are sent again once, by one of several at once, and stand in the trail', async () => {
    const letter = await letterOf(await bury('{"again":1}'));
    const before = await lastIn(Stream.results.name);
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => handler.redrive({ caller, id: letter.id })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = outcomes.find(({ status }) => status === 'rejected');
    expect(refused).toMatchObject({ reason: { reply: { status: 409, code: 'dead_letter_settled' } } });
    expect(await lastIn(Stream.results.name)).toBe(before + 1);

    expect(await handler.read({ caller, id: letter.id })).toMatchObject({
      status: 'redriven',
      settled_by: 'admin',
      payload: null,
      bytes: 11,
    });
    await eventually(async () => {
      const found = (await notes('dead-letter.redriven')).filter(({ subject }) => subject.id === letter.id);
      expect(found).toMatchObject([{ actor: { kind: 'admin-key', id: 'admin' }, detail: { consumer: 'billing' } }]);
    });
  });

  it('know what they were before, where they are buried again', async () => {
    const letter = await letterOf(await bury('x', { [MessageHeader.redrivenFrom]: 'dl_before' }));
    expect(letter.redriven_from).toBe('dl_before');
  });

  it('are thrown away with a note, and unknown ones are said to be', async () => {
    const letter = await letterOf(await bury('away'));
    expect(await handler.discard({ caller, id: letter.id })).toMatchObject({ status: 'discarded' });
    await expect(handler.redrive({ caller, id: letter.id })).rejects.toMatchObject({ reply: { status: 409 } });
    await expect(handler.discard({ caller, id: 'dl_unknown' })).rejects.toMatchObject({ reply: { status: 404 } });
    await eventually(async () => expect(await notes('dead-letter.discarded')).toHaveLength(1));
  });

  it('rest when their stream is deleted, and can be sent again; what is buried then is another letter', async () => {
    const sequence = await bury('lasting');
    const letter = await letterOf(sequence);
    await ask(`DELETE.${Stream.deadLetters.name}`);
    expect((await handler.read({ caller, id: letter.id })).payload).toMatchObject({ text: 'lasting' });
    await control.messaging.topology.provision();
    const later = await letterOf(await bury('first of the new stream'));
    expect(later.id).not.toBe(letter.id);
    expect(await handler.redrive({ caller, id: letter.id })).toMatchObject({ status: 'redriven' });
    expect((await handler.read({ caller, id: later.id })).status).toBe('resting');
  }, 60_000);

  it('stay in the stream while Postgres is away, and come to it later', async () => {
    await control.proxy.cut();
    const sequence = await bury('while away');
    await control.proxy.mend();
    expect(await letterOf(sequence)).toMatchObject({ status: 'resting' });
  }, 60_000);

  it('are dropped once they are old', async () => {
    const letters = control.application.get(DeadLettersRepository);
    expect(await letters.dropOld(90 * DAY)).toBe(0);
    expect(await letters.dropOld(0)).toBeGreaterThan(5);
    expect((await handler.list({ caller, limit: 100 })).data).toEqual([]);
  });
});
