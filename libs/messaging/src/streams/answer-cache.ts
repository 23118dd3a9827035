import { Bucket, keptAnswerSchema, MessageHeader, StreamHeader, type KeptAnswer } from '#libs/contracts';
import type { IncomingMessage } from '../message/incoming-message.js';
import type { Messaging } from '../messaging.js';

/** A caller waits behind a look-up: one that takes longer is no gain. */
const FOUND_WITHIN_MILLISECONDS = 50;
const STORED_WITHIN_MILLISECONDS = 2_000;
/** Of one answer: few are larger, and the bucket holds some hundreds of that size at least. */
const MOST_ANSWER_BYTES = 512 * 1024;
const SHORTEST_LIFE_SECONDS = 1;
const LONGEST_LIFE_SECONDS = Bucket.answers.maxAgeMilliseconds / 1_000;

const SUBJECT = `$KV.${Bucket.answers.name}.`;
const DIRECT_GET = `$JS.API.DIRECT.GET.KV_${Bucket.answers.name}.${SUBJECT}`;

/** An answer as it was kept. */
export interface FoundAnswer {
  readonly answer: KeptAnswer;
  readonly body: Uint8Array;
}

/**
 * Answers kept for equal requests, in a bucket in memory that lets the oldest go when it is full. It speeds things up and is never
 * relied upon: whatever goes wrong is a miss. Keys are `<organisation>.<hex>`: one organisation's cannot name another's.
 */
export class AnswerCache {
  constructor(private readonly messaging: Messaging) {}

  /** The answer kept under the key, or undefined where there is none, it is too old, or it cannot be had at once. Never rejects. */
  async get(key: string): Promise<FoundAnswer | undefined> {
    const message = await inTime(
      this.messaging.request(DIRECT_GET + key, '', { timeoutMilliseconds: FOUND_WITHIN_MILLISECONDS }),
    );
    const found = message && keptIn(message);
    return found && found.answer.expiresAt > Date.now() ? found : undefined;
  }

  /** Keeps an answer until it expires. Resolves to whether it is kept: not where it is too large or the bucket out of reach. Never rejects. */
  async put(key: string, answer: KeptAnswer, body: Uint8Array): Promise<boolean> {
    if (body.length > MOST_ANSWER_BYTES) return false;
    const seconds = Math.ceil((answer.expiresAt - Date.now()) / 1_000);
    const life = Math.min(Math.max(seconds, SHORTEST_LIFE_SECONDS), LONGEST_LIFE_SECONDS);
    const headers = { [MessageHeader.keptAnswer]: JSON.stringify(answer), [StreamHeader.timeToLive]: `${life}s` };
    try {
      await this.messaging.store(SUBJECT + key, body, { headers }, STORED_WITHIN_MILLISECONDS);
      return true;
    } catch {
      return false;
    }
  }
}

/** The inbox looks for late answers now and then only, which is too seldom here. */
async function inTime(asked: Promise<IncomingMessage>): Promise<IncomingMessage | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), FOUND_WITHIN_MILLISECONDS);
  });
  try {
    return await Promise.race([asked.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}

function keptIn(message: IncomingMessage): FoundAnswer | undefined {
  const text = message.header(MessageHeader.keptAnswer);
  if (text === undefined) return undefined;
  try {
    return { answer: keptAnswerSchema.parse(JSON.parse(text)), body: message.data };
  } catch {
    return undefined;
  }
}
