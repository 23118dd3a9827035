import { Injectable } from '@nestjs/common';
import {
  decodeRequestBundle,
  encodeRequestEnded,
  type Attempt,
  type BundledRequest,
  type NativeBatchCollect,
  type NativeBatchCollected,
  type RequestEnded,
  type RoutingSlip,
  type Target,
} from '#libs/contracts';
import type { CapturedCall } from '#libs/payloads';
import { Markups } from '#libs/budgets';
import { BodyClaims, SnapshotWatch } from '#libs/messaging';
import { costOf, withMarkup } from '#libs/pricing';
import { attemptCall, type AttemptProgress, type AttemptResult } from '../call-model/attempt-call.js';
import { attemptMetrics } from '../call-model/attempt-metrics.js';
import { attemptRecord } from '../call-model/attempt-record.js';
import { CallClock } from '../call-model/call-clock.js';
import { ProviderDirectory, type RecordedProvider } from '../call-model/provider-directory.js';
import { noReply } from '../call-model/reply-channel.js';
import { PayloadCapture } from '../capture-payload/payload-capture.js';
import { refusalText } from '../capture-payload/refusal-text.policy.js';
import { callerErrorOf } from '../handle-failure/caller-error.policy.js';
import { recordedError } from '../handle-failure/recorded-error.js';
import { ruleFor } from '../handle-failure/failure-rules.policy.js';
import type { NativeResult } from '../providers/native-batches.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { DurableAnswers } from '../record-result/durable-answers.js';
import { endedEvent } from '../record-result/ended-event.js';
import { ResultRecorder } from '../record-result/result-recorder.js';
import { batchesOf } from './batches-of.js';

const COLLECT_MILLISECONDS = 540_000;
/** Results under way to the stream at once: they travel together. */
const MOST_UNDER_WAY = 100;

/** Fetches the results of a batch that has ended, and records each line that is done for as the online lane would. */
@Injectable()
export class CollectBatchHandler {
  private markups = new Markups({});

  constructor(
    private readonly providers: ProviderDirectory,
    private readonly bodies: BodyClaims,
    private readonly answers: DurableAnswers,
    private readonly recorder: ResultRecorder,
    private readonly payloads: PayloadCapture,
    watch: SnapshotWatch,
  ) {
    watch.onChange((snapshot) => (this.markups = new Markups(snapshot)));
  }

  /** Resolves when the events of all lines that have ended are on disk. @throws ProviderFailure */
  async collect(query: NativeBatchCollect): Promise<NativeBatchCollected> {
    const recorded = await this.providers.findRecorded(query.provider, query.revision);
    const batches = batchesOf(recorded.provider.batches, query.provider);
    const signal = AbortSignal.timeout(COLLECT_MILLISECONDS);
    const requests = decodeRequestBundle(await this.bodies.get(query.claim));
    const byId = new Map(requests.map((request) => [request.facts.requestId, request]));
    const lines = await this.linesOf(requests, query, recorded);
    const ended: string[] = [];
    const underWay = new Set<Promise<void>>();
    for await (const result of batches.results(query.remoteId, lines, signal)) {
      const request = byId.get(result.customId);
      if (!request) continue;
      // A provider that names a result twice is believed once.
      byId.delete(result.customId);
      const event = await this.eventOf(request, result, { query, recorded });
      if (!event) continue;
      const recording = this.recorder
        .record(event, encodeRequestEnded(event), undefined)
        .then(() => void ended.push(event.requestId))
        .finally(() => underWay.delete(recording));
      underWay.add(recording);
      if (underWay.size >= MOST_UNDER_WAY) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    return { ended };
  }

  /** What was submitted, made once more. */
  private async linesOf(
    requests: readonly BundledRequest[],
    { target }: NativeBatchCollect,
    { double, exchange, provider }: RecordedProvider,
  ) {
    if (provider.batches?.needsLines !== true) return [];
    const { signal } = new AbortController();
    const lines = [];
    for (const { facts, body } of requests) {
      const request = await exchange.requestOf(() => double.call({ facts, target, body, attempt: 0, signal }));
      if (request) lines.push({ customId: facts.requestId, ...request });
    }
    return lines;
  }

  /** The terminal event of a line; undefined where another call may cure what went wrong. */
  private async eventOf(
    { facts, body }: BundledRequest,
    answer: NativeResult,
    { query, recorded }: { query: NativeBatchCollect; recorded: RecordedProvider },
  ): Promise<RequestEnded | undefined> {
    const target = { ...query.target, price: query.batchPrice };
    const clock = new CallClock(target.timeouts, target.timeouts.totalMilliseconds);
    const progress: AttemptProgress = { hasBegun: false };
    const call = { facts, target, body, attempt: 0, signal: clock.signal };
    const head = { provider: target.provider, model: target.model, priceVersion: target.price.version, attempts: 1 };
    const outlet = { clock, reply: noReply, head, progress };
    const payload = this.payloads.orderOf(facts);
    const markupMillionths = this.markups.of(facts);
    const { decision } = query;
    const plan: RoutingSlip = { targets: [target], position: 0, attempts: [], decision, markupMillionths };
    const slip = payload ? { ...plan, execution: { payload } } : plan;
    const ending = { target, clock, progress, role: undefined };
    try {
      const result = await recorded.exchange.answered(answer, () => attemptCall(recorded.double, call, outlet));
      const attempt = nativeAttempt(attemptRecord({ ...ending, result }), query, { result, markupMillionths });
      attemptMetrics(facts, attempt);
      await this.payloads.keepLine({ facts, body, order: payload }, 'completed', answerText(result));
      return endedEvent({ facts, slip }, [attempt], {
        outcome: 'completed',
        result: { finishReason: result.finishReason, answer: await this.answerOf(facts, result) },
      });
    } catch (failure) {
      if (!(failure instanceof ProviderFailure)) throw failure;
      const attempt = nativeAttempt(attemptRecord({ ...ending, failure }), query, { markupMillionths });
      attemptMetrics(facts, attempt);
      const { errorClass, message, refusal, quotesProvider } = failure;
      if (ruleFor(errorClass, 'durable', undefined).goOn) return undefined;
      const told = callerErrorOf(errorClass, message, refusal);
      const refused = refusalText(told.error, quotesProvider ? message : undefined);
      await this.payloads.keepLine({ facts, body, order: payload }, 'failed', refused);
      return endedEvent({ facts, slip }, [attempt], {
        outcome: 'failed',
        hasBegun: false,
        error: recordedError(failure, told, true),
      });
    } finally {
      clock.stop();
    }
  }

  private answerOf(
    facts: BundledRequest['facts'],
    { body, contentType }: AttemptResult,
  ): Promise<RequestEnded['answer']> {
    return body ? this.answers.keep(facts, body, contentType) : Promise.resolve(undefined);
  }
}

function answerText({ body, contentType }: AttemptResult): CapturedCall['answer'] {
  return body && { bytes: body, length: body.length, contentType };
}

/** The attempt as what it was: a part of a batch, from its submission on. */
function nativeAttempt(
  { firstByteMilliseconds: _ofReading, ...record }: Attempt,
  { remoteId, submittedAt, target }: Pick<NativeBatchCollect, 'remoteId' | 'submittedAt'> & { target: Target },
  { result, markupMillionths }: { result?: AttemptResult; markupMillionths: number },
): Attempt {
  // With the markup, as the line's own cost: their difference is what the caller saved.
  const onlineNanoUsd = result && withMarkup(costOf(result.usage, target.price), markupMillionths).toString();
  return {
    ...record,
    startedAt: submittedAt,
    durationMilliseconds: Math.max(0, Date.now() - submittedAt),
    nativeBatch: { id: remoteId, ...(onlineNanoUsd === undefined ? {} : { onlineNanoUsd }) },
  };
}
