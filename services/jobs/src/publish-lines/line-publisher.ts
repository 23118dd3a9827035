import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  encodeRequestBundles,
  encodeRequestEnded,
  MessageHeader,
  requestEndedSubject,
  Subject,
  type BundledRequest,
  type EncodedBundle,
  type Facts,
} from '#libs/contracts';
import { AtomicBatchPublisher, BodyClaims, DurablePublisher } from '#libs/messaging';
import { metrics } from '#libs/telemetry';
import { SteeredLinesRepository } from '../hold-money/steered-lines.repository.js';
import type { Steering } from '../hold-money/steering.js';
import { RequestSeals } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';
import { LineFacts } from './line-facts.js';
import { isMessageBatch } from '../validate-batch/batch-endpoints.policy.js';
import { LineError } from '../validate-batch/line-error.js';
import { readBatchLine, type BatchLine } from '../validate-batch/read-batch-line.js';
import { readMessageLine } from '../validate-batch/read-message-line.js';
import { refusedLineEvent } from './refused-line.policy.js';

const PRIORITY = 'normal';
const NO_BODY = new Uint8Array(0);

/** One line as it stands in the input file. */
export interface LineToPublish {
  readonly line: number;
  readonly bytes: Uint8Array;
}

/** Providers that an operator has paused, and how often the lines have been published again after they were lost. */
export interface Publishing {
  readonly avoid?: readonly string[];
  readonly repetition?: number;
  /** Of requests that limits or budgets lead elsewhere, by request id. */
  readonly steering?: ReadonlyMap<string, Steering> | undefined;
  /** Whether none of the lines can have been on its way before. */
  readonly areNew?: boolean | undefined;
}

/** Sends lines of a batch on their way to the router. */
@Injectable()
export class LinePublisher {
  constructor(
    private readonly publisher: DurablePublisher,
    private readonly claims: BodyClaims,
    private readonly limits: JobLimits,
    private readonly lineFacts: LineFacts,
    private readonly results: AtomicBatchPublisher,
    private readonly seals: RequestSeals,
    private readonly steeredLines: SteeredLinesRepository,
  ) {}

  /**
   * Resolves when the stream has stored the requests, which go in as few messages as their size allows. Publishing a line twice
   * does no harm: its request id, and so the key of all its effects, is always the same. A repetition has a message id of its
   * own, or the stream would drop it.
   */
  async publish(batch: Batch, lines: readonly LineToPublish[], asked: Publishing = {}): Promise<void> {
    const how = { ...asked, steering: await this.steeringOf(batch, lines, asked) };
    const requests: BundledRequest[] = [];
    const others: Promise<void>[] = [];
    for (const line of lines) {
      const request = this.requestOf(batch, line, how.avoid ?? []);
      if (request instanceof LineError) others.push(this.refuse(batch, { ...line, error: request }));
      else if (request.body.byteLength <= this.limits.messageBodyBytes) requests.push(steered(request, how));
      else others.push(this.sendClaimed(steered(request, how), how.repetition));
    }
    const bundles = bundled(requests, this.limits).flatMap((some) => encodeRequestBundles(some));
    await Promise.all([...bundles.map((bundle) => this.send(bundle, how.repetition)), ...others]);
  }

  /** What was decided for lines that may have gone before counts before what is now. What is decided now is kept before they go. */
  private async steeringOf(
    batch: Batch,
    lines: readonly LineToPublish[],
    { steering, areNew = false }: Publishing,
  ): Promise<Publishing['steering']> {
    const numbers = lines.map(({ line }) => line);
    if (steering) await this.steeredLines.note(batch, numbers, steering);
    if (areNew) return steering;
    const known = await this.steeredLines.among(batch, numbers);
    if (known.size === 0) return steering;
    const both = [...known].map(([id, way]) => [id, { ...steering?.get(id), ...way }] as const);
    return new Map([...(steering ?? []), ...both]);
  }

  /** What a line asks for, as it goes to the router; undefined for one that cannot be sent. */
  factsOf(batch: Batch, line: LineToPublish, avoid: readonly string[]): Facts | undefined {
    const request = this.requestOf(batch, line, avoid);
    return request instanceof LineError ? undefined : request.facts;
  }

  /** A line as one request among others; undefined for one that cannot be sent. */
  bundledRequestOf(batch: Batch, line: LineToPublish): BundledRequest | undefined {
    const request = this.requestOf(batch, line, []);
    return request instanceof LineError ? undefined : request;
  }

  private requestOf(
    batch: Batch,
    { line, bytes }: LineToPublish,
    avoid: readonly string[],
  ): BundledRequest | LineError {
    const requestId = batchIdentifiers.request(batch.id, line);
    const read = this.read(batch, bytes);
    if (read instanceof LineError) return read;
    const { customId, body } = read;
    const facts: Facts = {
      ...read.facts,
      ...this.lineFacts.of(batch, read),
      requestId,
      organization: batch.organization,
      project: batch.project,
      key: batch.key,
      ...(batch.keyId === null ? {} : { keyId: batch.keyId }),
      lane: 'durable',
      receivedAt: batch.createdAt.getTime(),
      deadline: batch.expiresAt.getTime(),
      job: { batchId: batch.id, line, customId },
      ...(avoid.length === 0 ? {} : { withheldProviders: [...avoid] }),
    };
    return { facts: this.seals.sealed(facts), body };
  }

  private async sendClaimed({ facts, body }: BundledRequest, repetition: number | undefined): Promise<void> {
    const claim = facts.requestId;
    await this.claims.put(claim, body);
    const requests = [{ facts, body: NO_BODY, claim }];
    for (const bundle of encodeRequestBundles(requests)) await this.send(bundle, repetition);
  }

  private send({ requests, bytes }: EncodedBundle, repetition: number | undefined): Promise<void> {
    const first = requests[0]?.facts.requestId ?? '';
    const messageId = `${first}+${requests.length}.${digestOf(requests)}${repetition === undefined ? '' : `:r${repetition}`}`;
    const headers = { [MessageHeader.requestId]: first, [MessageHeader.bundle]: String(requests.length) };
    return this.publisher.publish(Subject.requestAcceptedDurable(PRIORITY), bytes, {
      headers,
      messageId,
    });
  }

  /** The line, or what is wrong with it where that does not concern the others. */
  private read(batch: Batch, bytes: Uint8Array): BatchLine | LineError {
    try {
      const { customIdCharacters } = this.limits;
      return readBatchLine(bytes, { endpoint: batch.endpoint, customIdCharacters });
    } catch (error) {
      if (error instanceof LineError && isMessageBatch(batch)) return error;
      throw error;
    }
  }

  /** Ends a line that cannot be sent: its terminal event is stored instead of its request. */
  private async refuse(batch: Batch, refused: { line: number; bytes: Uint8Array; error: LineError }): Promise<void> {
    const { line, bytes, error } = refused;
    const { customId } = readMessageLine(bytes);
    const event = refusedLineEvent(batch, { line, customId }, { error, at: new Date() });
    await this.results.publish(requestEndedSubject(event), encodeRequestEnded(this.seals.sealed(event)));
    const { outcome, lane, model } = event;
    metrics.requests.add({ outcome, lane, model });
  }
}

/** Tells apart what begins alike: lines that waited go out with others than before. */
function digestOf(requests: EncodedBundle['requests']): string {
  const ids = requests.map(({ facts }) => facts.requestId).join();
  return createHash('sha256').update(ids).digest('base64url').slice(0, 12);
}

function steered(request: BundledRequest, { steering }: Publishing): BundledRequest {
  const way = steering?.get(request.facts.requestId);
  return way ? { ...request, facts: { ...request.facts, ...way } } : request;
}

/** Neighbours together, as many as a message may hold. */
function bundled(
  requests: readonly BundledRequest[],
  limits: Pick<JobLimits, 'bundleRequests' | 'messageBodyBytes'>,
): BundledRequest[][] {
  const bundles: BundledRequest[][] = [];
  let bytes = 0;
  for (const request of requests) {
    const last = bundles.at(-1);
    if (last && last.length < limits.bundleRequests && bytes + request.body.length <= limits.messageBodyBytes) {
      last.push(request);
      bytes += request.body.length;
    } else {
      bundles.push([request]);
      bytes = request.body.length;
    }
  }
  return bundles;
}
