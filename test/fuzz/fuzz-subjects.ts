import { MessageAccess, MessageHeader, serviceNames, Subject, type SubjectName } from '#libs/contracts';
import * as contracts from '#libs/contracts';
import { MessagingError, type Messaging } from '#libs/messaging';
import { z } from 'zod';

import type { SeededRandom } from '../faults/seeded-random.js';
import type { Findings } from './findings.js';
import { hostileText, oneOf, valueFor, type ValueSchema } from './hostile-values.js';

const ANSWERED_WITHIN_MILLISECONDS = 10_000;
const HANDS = 4;
const LANES = ['interactive', 'durable', 'normal', 'openai', 'demo', 'default', 'completed', 'x'];
/** These change what the processes themselves stand on, and are asked by nobody but them. */
const LEFT_OUT: ReadonlySet<string> = new Set(['topologyProvision']);

/** In whose name is sent: control would begin to keep the streams as soon as it is there. */
export const SPEAKERS = serviceNames.filter((name) => !MessageAccess[name].isKeeper);
export type Speaker = (typeof SPEAKERS)[number];

/** Who asks a query, or publishes what needs no answer; undefined where only control does. */
function speakerOf(name: SubjectName): { speaker: Speaker | undefined; isQuery: boolean } {
  const asker = SPEAKERS.find((service) => MessageAccess[service].asks.includes(name));
  if (asker) return { speaker: asker, isQuery: true };
  return { speaker: SPEAKERS.find((service) => MessageAccess[service].publishes.includes(name)), isQuery: false };
}

/** Sends to every subject of the contracts what its queries look like, and what they do not, until a time. */
export class SubjectFuzzer {
  private readonly names = (Object.keys(Subject) as SubjectName[]).filter(
    (name) => !LEFT_OUT.has(name) && speakerOf(name).speaker !== undefined,
  );
  private readonly schemas = schemasOfContracts();
  private next = 0;

  constructor(
    private readonly voices: ReadonlyMap<Speaker, Messaging>,
    private readonly random: SeededRandom,
    private readonly findings: Findings,
  ) {}

  get subjectCount(): number {
    return this.names.length;
  }

  async until(end: number): Promise<void> {
    const hand = async (): Promise<void> => {
      while (Date.now() < end) {
        const name = this.names[this.next % this.names.length] as SubjectName;
        this.next += 1;
        await this.send(name);
      }
    };
    await Promise.all(Array.from({ length: HANDS }, hand));
  }

  private async send(name: SubjectName): Promise<void> {
    const subject = this.subjectOf(name);
    const data = this.payload(name);
    const headers = this.headers();
    this.findings.tried(subject.split('.v1')[0] ?? subject);
    const { speaker, isQuery } = speakerOf(name);
    const messaging = speaker && this.voices.get(speaker);
    if (!messaging) return;
    try {
      if (!isQuery) {
        messaging.publish(subject, data, { headers });
        return;
      }
      const reply = await messaging.request(subject, data, {
        timeoutMilliseconds: ANSWERED_WITHIN_MILLISECONDS,
        headers,
      });
      const told = reply.header(MessageHeader.error);
      if (told === undefined) return;
      const { status, code } = JSON.parse(told) as { status: number; code: string };
      this.findings.answered(status);
      if (status >= 500 && code === 'internal_error') this.findings.add(subject, `refused with ${told}`, sent(data));
    } catch (error) {
      // A message that the client itself does not send, such as one that is too large, has reached nobody.
      if (error instanceof MessagingError && error.code !== 'timeout') return;
      this.findings.add(subject, String(error), sent(data));
    }
  }

  private subjectOf(name: SubjectName): string {
    const subject = Subject[name];
    if (typeof subject === 'string') return subject;
    const tokens = Array.from({ length: subject.length }, () => oneOf(this.random, LANES));
    const make: (...given: string[]) => string = subject;
    return make(...tokens);
  }

  private payload(name: SubjectName): string | Uint8Array {
    const draw = this.random.next();
    if (draw < 0.1) return Uint8Array.from({ length: 64 }, () => Math.floor(this.random.next() * 256));
    if (draw < 0.15) return hostileText(this.random);
    const own = this.schemas.filter((schema) => schema.name.toLowerCase().startsWith(name.toLowerCase()));
    const { schema } = oneOf(this.random, own.length > 0 && draw < 0.9 ? own : this.schemas);
    return JSON.stringify(valueFor(this.random, schema, ['demo', 'default', 'fast', 'ci'])) ?? '';
  }

  private headers(): Record<string, string> {
    const names = Object.values(MessageHeader).filter(() => this.random.next() < 0.15);
    // Line ends are no value of a header: the client refuses them.
    return Object.fromEntries(
      names.map((name) => [
        name,
        hostileText(this.random)
          .replaceAll(/[^\x20-\x7e]/g, '')
          .slice(0, 1_000),
      ]),
    );
  }
}

interface NamedSchema {
  readonly name: string;
  readonly schema: ValueSchema;
}

/** Every schema of an object that the contracts export, with its name. */
function schemasOfContracts(): NamedSchema[] {
  return Object.entries(contracts).flatMap(([name, exported]) => {
    if (!(exported instanceof z.ZodObject)) return [];
    const schema = z.toJSONSchema(exported, { io: 'input', unrepresentable: 'any' }) as ValueSchema;
    return [{ name, schema }];
  });
}

function sent(data: string | Uint8Array): string {
  return Buffer.from(data).toString('utf8').slice(0, 400);
}
