import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller, IdempotencyEntry } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { IdempotencyBucket, type FoundEntry } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { Logger } from '#libs/telemetry';
import { AnswerSpace } from './answer-space.js';
import { AnswerParts } from './answer-parts.js';
import { entryName, idempotencyKeyOf, requestHash } from './idempotency-key.js';
import { isForGood } from './is-for-good.js';
import { RecordedAnswer, type WholeAnswer } from './recorded-answer.js';
import { RepeatLimit } from './repeat-limits.js';
import { RepeatTimes } from './repeat-times.js';

type Outcome = 'changed' | 'left' | 'silent';
type Done = Extract<IdempotencyEntry, { state: 'done' }>;

/** A request that this process works on for its key. */
interface Held {
  readonly name: string;
  readonly entry: Extract<IdempotencyEntry, { state: 'running' }>;
  sequence: number;
  /** The last word that it is still worked on, on its way. */
  signalling: Promise<void>;
  refusal: unknown;
  /** Whether the answer holds what may be kept nowhere. */
  isUnkept?: boolean;
  readonly isLasting?: boolean | undefined;
}

/** A request with its caller, its answer to be and the bytes that make it the same as another. */
export interface RepeatableRequest {
  readonly request: FastifyRequest;
  readonly caller: Caller;
  readonly reply: FastifyReply;
  readonly body: Uint8Array;
  /** Whether it is kept in Postgres, by an id that follows from its key (`useLastingId`): handed on again it is there once all the same. */
  readonly isLasting?: boolean | undefined;
}

const held = new WeakMap<FastifyRequest, Held>();

/**
 * Requests with an `Idempotency-Key`. Over all processes one of equal requests is worked on; the others wait for its answer and get
 * the same. The entry in the bucket is made before anything else is done, so that a key that was taken stays taken whatever
 * crashes: if its process dies, what came of the request is in the record but its answer is not here, and the caller is told so,
 * unless the request is a lasting one, which then is handed on again.
 */
@Injectable()
export class IdempotentRequests implements BeforeApplicationShutdown {
  private readonly parts: AnswerParts;
  private readonly space: AnswerSpace;
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly bucket: IdempotencyBucket,
    settings: Settings,
    private readonly logger: Logger,
    private readonly times: RepeatTimes,
  ) {
    this.parts = new AnswerParts(bucket, settings.secretKey);
    const { organizationBytes, readEveryMilliseconds } = RepeatLimit;
    this.space = new AnswerSpace(bucket, { organizationBytes, readEveryMilliseconds });
  }

  /**
   * Resolves to whether the request is to be worked on: true without a key, and for the first with it, whose answer is recorded from
   * here on. Otherwise it has been answered. @throws DialectError 409, 422, MessagingError while the bucket is away.
   */
  async begin(repeatable: RepeatableRequest): Promise<boolean> {
    const { request, caller, body } = repeatable;
    const key = idempotencyKeyOf(request);
    if (key === undefined || held.has(request)) return true;
    const name = entryName(caller, key);
    const hash = requestHash(request, body);
    for (;;) {
      const found = await this.bucket.find(name);
      if (!found?.entry) {
        if (await this.take(repeatable, { name, hash, sequence: found?.sequence ?? 0 })) return true;
        continue;
      }
      if (found.entry.hash !== hash) throw anotherRequest();
      if (found.entry.state === 'done') return this.repeat(repeatable, name, found.entry);
      const outcome = await this.change(name, found, repeatable);
      if (outcome === 'left') return false;
      if (outcome === 'changed') continue;
      if (!repeatable.isLasting) throw unknownOutcome(found.entry.requestId);
      if (await this.take(repeatable, { name, hash, sequence: found.sequence })) return true;
    }
  }

  /** Notes what a request was refused for before it was handed on: its key is free again, unless something may have been done. */
  refused(request: FastifyRequest, refusal: unknown): void {
    const known = held.get(request);
    if (known) known.refusal = refusal;
  }

  /** The answer will hold values that policy keeps in memory alone: the key stays taken, and those who ask again get no answer. */
  keepNothing(request: FastifyRequest): void {
    const known = held.get(request);
    if (known) known.isUnkept = true;
  }

  /** What is being recorded is recorded to its end. */
  async beforeApplicationShutdown(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
    await this.space.drain();
  }

  /** Makes the request this process's own. False where another one was faster. */
  private async take(
    repeatable: RepeatableRequest,
    { name, hash, sequence: before }: { name: string; hash: string; sequence: number },
  ): Promise<boolean> {
    const { request, isLasting } = repeatable;
    const entry = { state: 'running', hash, requestId: request.id } as const;
    const sequence = await this.bucket.write(name, entry, before);
    if (sequence === undefined) return false;
    this.hold(repeatable, { name, entry, sequence, signalling: Promise.resolve(), refusal: undefined, isLasting });
    return true;
  }

  private hold({ request, reply }: RepeatableRequest, mine: Held): void {
    held.set(request, mine);
    const signal = setInterval(() => {
      mine.signalling = this.signal(mine);
    }, this.times.signalMilliseconds);
    const ended = Promise.withResolvers<void>();
    const work = ended.promise.finally(() => this.running.delete(work));
    this.running.add(work);
    const recorded = new RecordedAnswer(reply.raw, async (answer) => {
      clearInterval(signal);
      await this.settle(mine, answer);
      ended.resolve();
    });
    Object.defineProperty(reply, 'raw', { value: recorded.response });
  }

  /** Says that the request is still worked on. */
  private async signal(mine: Held): Promise<void> {
    const sequence = await this.bucket.write(mine.name, mine.entry, mine.sequence).catch(() => undefined);
    if (sequence !== undefined) mine.sequence = sequence;
  }

  /** An answer that cannot be kept now goes to its caller all the same; those who ask again are told that it is not known. */
  private async settle(mine: Held, answer: WholeAnswer | undefined): Promise<void> {
    if (!answer) return;
    const work = this.keep(mine, answer).catch((error: unknown) =>
      this.logger.warn(
        { requestId: mine.entry.requestId, error },
        'an answer could not be kept for its idempotency key',
      ),
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.times.keepMilliseconds)));
    await Promise.race([work, late]);
    clearTimeout(timer);
  }

  private async keep(mine: Held, { status, headers, body }: WholeAnswer): Promise<void> {
    const { name, entry } = mine;
    await mine.signalling;
    if (!isForGood({ status, headers }, mine)) return this.bucket.remove(name, mine.sequence);
    const organization = name.slice(0, name.indexOf('.'));
    const hasRoom =
      body !== undefined && mine.isUnkept !== true && (await this.space.hasRoom(organization, body.length));
    const parts = hasRoom ? await this.parts.write(name, body) : undefined;
    this.space.add(organization, RepeatLimit.entryBytes + (hasRoom ? body.length : 0));
    const done: Done = {
      ...entry,
      state: 'done',
      status,
      headers: kept(headers),
      ...(parts === undefined ? {} : { parts }),
    };
    if ((await this.bucket.write(name, done, mine.sequence)) === undefined)
      throw new Error('somebody else has written the entry meanwhile');
  }

  private async repeat({ reply }: RepeatableRequest, name: string, entry: Done): Promise<false> {
    const body = entry.parts === undefined ? undefined : await this.parts.read(name, entry.parts);
    if (!body) throw notKept(entry.requestId);
    reply.hijack();
    reply.raw.writeHead(entry.status, {
      ...entry.headers,
      'content-length': body.length,
      'idempotent-replayed': 'true',
    });
    reply.raw.end(body);
    return false;
  }

  /** Waits until the entry has changed, the caller has left, or nothing was heard for so long that its process must be dead. */
  private async change(name: string, found: FoundEntry, { reply }: RepeatableRequest): Promise<Outcome> {
    const changed = Promise.withResolvers<Outcome>();
    const watch = this.bucket.watch(name, () => changed.resolve('changed'));
    const leave = (): void => changed.resolve('left');
    reply.raw.once('close', leave);
    const silence = setTimeout(() => changed.resolve('silent'), this.times.silenceMilliseconds);
    try {
      // It may have changed before it was watched.
      const now = await this.bucket.find(name);
      if (now?.sequence !== found.sequence) return 'changed';
      const outcome = await changed.promise;
      if (outcome === 'left') reply.hijack();
      return outcome;
    } finally {
      clearTimeout(silence);
      watch.unsubscribe();
      reply.raw.off('close', leave);
    }
  }
}

/** Of the headers of an answer those that say something of the answer, not of the connection. */
function kept(headers: Readonly<Record<string, string>>): Record<string, string> {
  const gone = new Set(['connection', 'keep-alive', 'transfer-encoding', 'trailer', 'content-length', 'date']);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !gone.has(name)));
}

function anotherRequest(): DialectError {
  return new DialectError(
    422,
    'idempotency_key_reused',
    'This Idempotency-Key was sent with another request before: another address or another body. Use a new key for a new request.',
    'idempotency-key',
  );
}

function unknownOutcome(requestId: string): DialectError {
  return new DialectError(
    409,
    'idempotency_outcome_unknown',
    `The first request with this Idempotency-Key was broken off inside Switchyard, so its answer is lost and it is not made again. What came of it: GET /v1/requests/${requestId}. To make it again, use a new key.`,
    'idempotency-key',
  );
}

function notKept(requestId: string): DialectError {
  return new DialectError(
    409,
    'idempotency_answer_not_kept',
    `The first request with this Idempotency-Key was answered, but its answer is not kept: it is too large, policy keeps masked values in memory alone, or your organization has used up its part of the space for answers of a day. What came of it: GET /v1/requests/${requestId}.`,
    'idempotency-key',
  );
}
