import {
  auditNotedSchema,
  decodeRequestBundle,
  decodeRequestsEnded,
  isNoteOfSubject,
  MessageHeader,
  type AuditNoted,
  type RequestEnded,
} from '#libs/contracts';
import { MessagingError, type BodyClaims, type ConsumerProgress, type LimitBucket } from '#libs/messaging';

/** One request that a fake stream was given, alone or among others in one message. */
export interface Published {
  readonly subject: string;
  readonly requestId: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly messageId: string | undefined;
}

const SNAPSHOT = {
  models: ['gpt-small', 'gpt-large'].map((name) => ({ name, targets: [] })),
  keys: [],
};

/** The NATS that a test plays: what was published, and what it says of its queues. */
export class PlayedNats {
  readonly published: Published[] = [];
  /** Subjects of what was told without waiting. */
  readonly told: string[] = [];
  /** Terminal events that this service stored. */
  readonly ended: RequestEnded[] = [];
  /** Notes for the trail, as audit takes them. */
  readonly noted: AuditNoted[] = [];
  /** Called with each note before it counts as stored. */
  beforeNoted: () => Promise<void> = async () => undefined;
  /** Answers what this service asks of others. */
  answer: (subject: string, query: unknown) => unknown = (subject) => {
    throw new MessagingError('no_responders', `nobody answers ${subject}`);
  };
  /** Where limits are counted; a test of limits puts a real bucket here. */
  limits: Pick<LimitBucket, 'find' | 'write'> = {
    find: () => Promise.reject(new MessagingError('unavailable', 'no bucket of limits here')),
    write: () => Promise.reject(new MessagingError('unavailable', 'no bucket of limits here')),
  };
  /** The issued keys; a test says of them what it wants. */
  readonly keys = {
    isRead: true,
    start: (): void => undefined,
    entries: new Map<string, object>(),
    onNameChange: (listener: (entry: object) => void) => this.keys.entries.forEach((entry) => listener(entry)),
  };
  /** The configuration in force. */
  snapshot: object = SNAPSHOT;
  readonly claims = new Map<string, string>();
  readonly bodies: Pick<BodyClaims, 'put' | 'get' | 'remove'> = {
    put: async (name, body) => void this.claims.set(name, Buffer.from(body).toString()),
    get: async (name) => {
      const body = this.claims.get(name);
      if (body === undefined) throw new MessagingError('gone', `the body ${name} is gone`);
      return Buffer.from(body);
    },
    remove: async (name) => void this.claims.delete(name),
  };
  /** How far the consumers are. */
  progress: ConsumerProgress = { lastSequence: 0, settledSequence: 0, streamMadeAt: 1, hasNothingLeft: true };
  /** Called with each publication before it counts as stored. */
  beforeStored: (published: Published) => Promise<void> | void = () => undefined;

  lines(): number[] {
    return this.published.map(({ requestId }) => Number(requestId.split('_').at(-1)));
  }

  async store(_subject: string, data: string): Promise<void> {
    this.ended.push(...decodeRequestsEnded(Buffer.from(data)));
  }

  async storeNote(subject: string, data: string): Promise<void> {
    await this.beforeNoted();
    const note = auditNotedSchema.parse(JSON.parse(data));
    if (!isNoteOfSubject(subject, note)) throw new MessagingError('refused', `no note comes by ${subject}`);
    this.noted.push(note);
  }

  async publish(subject: string, data: Uint8Array, options: Pick<Published, 'headers' | 'messageId'>): Promise<void> {
    const { headers, messageId } = options;
    const requests = headers[MessageHeader.bundle]
      ? decodeRequestBundle(data).map(({ facts, body, claim }) => ({
          body: Buffer.from(body).toString(),
          headers: {
            [MessageHeader.requestId]: facts.requestId,
            [MessageHeader.facts]: JSON.stringify(facts),
            [MessageHeader.bodyClaim]: claim,
          },
        }))
      : [{ body: Buffer.from(data).toString(), headers }];
    const published = requests.map((request) => ({
      subject,
      messageId,
      requestId: request.headers[MessageHeader.requestId] ?? '',
      ...request,
    }));
    for (const request of published) await this.beforeStored(request);
    this.published.push(...published);
  }
}
