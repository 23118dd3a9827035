import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeadLetterHeader, Stream, SubjectPattern, type ConsumerDefinition } from '#libs/contracts';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import type { StoredMsg } from '@nats-io/jetstream';
import { MessagingForTests, subjectOf } from '../messaging.fixture.js';
import { BatchConsumer } from '../transport/batch-consumer.js';
import type { Decoded } from '../transport/batch-consumer.js';
import { DeadLetters, ownHeadersOf } from './dead-letters.js';

const MESSAGES = 10_000;
const DELIVERIES = 4;

let nats: NatsForTests;
let messaging: MessagingForTests;
let letters: DeadLetters;

beforeAll(async () => {
  nats = await startNatsForTests();
  messaging = await MessagingForTests.open(nats);
  letters = new DeadLetters(messaging.parts.link, messaging.parts.messaging);
});
afterAll(async () => {
  await messaging.close();
  await nats.stop();
});

/** What rests, oldest first. */
async function resting(): Promise<StoredMsg[]> {
  const { streams } = await messaging.manager();
  const { state } = await streams.info(Stream.deadLetters.name);
  const found: StoredMsg[] = [];
  for (let next = state.first_seq; state.messages > 0 && next <= state.last_seq; next = (found.at(-1)?.seq ?? 0) + 1) {
    const query = { seq: next, next_by_subj: SubjectPattern.deadLetters };
    const message = await streams.getMessage(Stream.deadLetters.name, query);
    if (!message) break;
    found.push(message);
  }
  return found;
}

/** A consumer that cannot read some messages and fails at others, until it is mended. */
class Digestion {
  readonly done: string[] = [];
  readonly tries = new Map<string, number>();
  isMended = false;

  consumer(definition: ConsumerDefinition): BatchConsumer {
    const decode = (data: Uint8Array): string => {
      const body = Buffer.from(data).toString();
      if (body.startsWith('undecodable')) throw new SyntaxError(`cannot read ${body}`);
      return body;
    };
    const binding = { kind: 'batch' as const, consumer: definition, size: 200, decode, lingerMilliseconds: 20 };
    return new BatchConsumer(messaging.surroundings, binding, async (batch) => {
      const bodies = (batch as readonly Decoded<string>[]).map(({ value }) => value);
      const bad = bodies.filter((body) => body.startsWith('bad'));
      for (const body of bodies.length === 1 ? bad : []) this.tries.set(body, (this.tries.get(body) ?? 0) + 1);
      if (bad.length > 0 && !this.isMended) throw new TypeError(`cannot digest ${bad[0]}`);
      this.done.push(...bodies);
    });
  }
}

const sendAgain = (message: StoredMsg): Promise<void> => {
  const headers = Object.fromEntries([...message.header].map(([name, [value]]) => [name, value ?? '']));
  return letters.sendAgain({
    letterId: `dl_${message.seq}`,
    subject: message.header.get(DeadLetterHeader.subject),
    headers: ownHeadersOf(headers),
    payload: message.data,
  });
};
const place = (message: StoredMsg) => ({ sequence: message.seq, buriedAtMilliseconds: message.time.getTime() });

describe('dead letters', () => {
  it('are twenty bad messages among ten thousand, which hold up nobody; sent again they are done once', async () => {
    const definition = await messaging.consumer('poisoned', { deliveryLimit: DELIVERIES });
    const bodyOf = (index: number): string => {
      if (index % 1_000 === 7) return `undecodable ${index}`;
      return index % 1_000 === 507 ? `bad ${index}` : String(index);
    };
    const bodies = Array.from({ length: MESSAGES }, (_, index) => bodyOf(index));
    const { publisher } = messaging.parts;
    for (let from = 0; from < MESSAGES; from += 500) {
      const some = bodies.slice(from, from + 500);
      await Promise.all(some.map((body) => publisher.publish(subjectOf('poisoned'), body)));
    }
    const digestion = new Digestion();
    const consumer = digestion.consumer(definition);
    consumer.start();
    await eventually(async () => expect(await messaging.buried('poisoned')).toHaveLength(20), {
      withinMilliseconds: 30_000,
    });
    await eventually(() => expect(digestion.done).toHaveLength(MESSAGES - 20), { withinMilliseconds: 30_000 });

    expect([...digestion.tries.values()]).toEqual(Array.from({ length: 10 }, () => DELIVERIES));
    const found = await resting();
    const kindOf = (message: StoredMsg): string => message.header.get(DeadLetterHeader.kind);
    const undecodable = found.filter((message) => kindOf(message) === 'undecodable');
    const failed = found.filter((message) => kindOf(message) === 'delivery_limit');
    expect([undecodable.length, failed.length]).toEqual([10, 10]);
    for (const [group, errorClass, deliveries] of [
      [undecodable, 'SyntaxError', '1'],
      [failed, 'TypeError', String(DELIVERIES)],
    ] as const) {
      const said = (name: string) => new Set(group.map(({ header }) => header.get(name)));
      expect(said(DeadLetterHeader.errorClass)).toEqual(new Set([errorClass]));
      expect(said(DeadLetterHeader.deliveries)).toEqual(new Set([deliveries]));
      expect(said(DeadLetterHeader.subject)).toEqual(new Set([subjectOf('poisoned')]));
      expect([...said(DeadLetterHeader.stackHash)]).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/)]);
      for (const message of group) expect(message.header.get(DeadLetterHeader.reason)).toContain(message.string());
    }

    digestion.isMended = true;
    for (const message of failed) await Promise.all([sendAgain(message), sendAgain(message)]);
    for (const message of failed) await letters.remove(place(message));
    await eventually(() => expect(digestion.done).toHaveLength(MESSAGES - 10));
    expect(new Set(digestion.done).size).toBe(MESSAGES - 10);
    await consumer.stop();
  }, 90_000);

  it('are taken out only where they lie as they were buried, and a letter that is gone is none to take out', async () => {
    const [message] = await resting();
    if (!message) throw new Error('no letter rests');
    const before = (await resting()).length;
    await letters.remove({ sequence: message.seq, buriedAtMilliseconds: message.time.getTime() - 1 });
    expect(await resting()).toHaveLength(before);
    await letters.remove(place(message));
    await letters.remove(place(message));
    expect(await resting()).toHaveLength(before - 1);
  });
});
