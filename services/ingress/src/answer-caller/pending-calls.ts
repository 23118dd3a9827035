import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { requestEndedSubject, Subject, SubjectPattern, type RequestEnded } from '#libs/contracts';
import { AtomicBatchPublisher, Messaging, type IncomingMessage } from '#libs/messaging';
import { Settings, Shutdown } from '#libs/runtime';
import { Logger } from '#libs/telemetry';
import { lostCall, type LostCall } from './lost-call.policy.js';
import type { PendingCall } from './pending-call.js';

const LOOK_EVERY_MILLISECONDS = 1_000;
/** A worker says every 5 s that a call lives; three missed ones mean that it is gone. */
const SILENCE_MILLISECONDS = 15_000;
const NOBODY_LISTENS = 503;

/**
 * The calls this process waits for. Every call ends for its caller and in the record, whatever dies on the way: a call whose
 * worker fell silent ends with a typed error, and a terminal event that nobody confirms as recorded is recorded from here.
 */
@Injectable()
export class PendingCalls implements BeforeApplicationShutdown {
  private readonly calls = new Map<string, PendingCall>();
  private readonly prefix: string;
  private readonly timer = setInterval(() => this.lookForLostCalls(), LOOK_EVERY_MILLISECONDS);
  private whenEmpty: (() => void) | undefined;
  private heardSince = performance.now();

  constructor(
    settings: Settings,
    private readonly messaging: Messaging,
    private readonly results: AtomicBatchPublisher,
    private readonly logger: Logger,
    shutdown: Shutdown,
  ) {
    shutdown.hurry.addEventListener('abort', () => this.giveUpAll());
    this.prefix = Subject.reply(settings.instance, '');
    messaging.subscribe(SubjectPattern.replies(settings.instance), (message) => this.take(message));
    messaging.subscribe(Subject.resultsRecorded(settings.instance), (message) => this.forget(message));
  }

  /** A caller who left before this is no reason to forget the call: it is accepted, and ends as cancelled. */
  add(call: PendingCall): void {
    const { requestId } = call.facts;
    this.calls.set(requestId, call);
    if (call.isCallerGone) this.callerLeft(requestId);
  }

  /** The subject for a call's reply frames. */
  replySubject(requestId: string): string {
    return this.prefix + requestId;
  }

  /** The caller's connection closed before the answer was complete. */
  callerLeft(requestId: string): void {
    if (this.calls.get(requestId)?.hasEnded === false) this.cancel(requestId);
  }

  /** Ends a call with an error of our own and records it. */
  fail(call: PendingCall, lost: LostCall): void {
    this.drop(call.facts.requestId);
    this.record(lost.event, JSON.stringify(lost.event));
    call.fail(lost.answer);
  }

  /** Waits until all calls have ended and are recorded; called before the connection to NATS closes. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.calls.size > 0) await new Promise<void>((resolve) => (this.whenEmpty = resolve));
    clearInterval(this.timer);
  }

  private take(message: IncomingMessage): void {
    const requestId = message.subject.slice(this.prefix.length);
    const call = this.calls.get(requestId);
    if (!call) return;
    if (message.status === NOBODY_LISTENS) return this.fail(call, lostCall(call.facts, 'nobody_listens', call.head));
    const progress = call.take(message);
    if (progress === 'caller-too-slow' || progress === 'refused') this.cancel(requestId);
    if (progress === 'frames-lost') this.breakOff(call);
  }

  /** Frames were lost on their way here: the answer cannot be completed, and must not look as if it were. */
  private breakOff(call: PendingCall): void {
    this.cancel(call.facts.requestId);
    call.fail(lostCall(call.facts, 'frames_lost', call.head).answer);
  }

  /** A stream that can be picked up again goes on without its caller. */
  private cancel(requestId: string): void {
    if (this.calls.get(requestId)?.facts.resumable) return;
    this.messaging.publish(Subject.callCancelled(requestId), '');
  }

  private forget(message: IncomingMessage): void {
    for (const requestId of message.json() as string[]) {
      const call = this.calls.get(requestId);
      if (!call) continue;
      this.drop(requestId);
      // Recorded, but its last frame never came: the caller must not wait for what was lost.
      if (!call.hasEnded) call.fail(lostCall(call.facts, 'frames_lost', call.head).answer);
    }
  }

  private drop(requestId: string): void {
    this.calls.delete(requestId);
    if (this.calls.size === 0) this.whenEmpty?.();
  }

  private lookForLostCalls(): void {
    // While NATS is away nobody can be heard: silence counts from the moment it is back.
    if (!this.messaging.isConnected) this.heardSince = performance.now();
    const silentSince = performance.now() - SILENCE_MILLISECONDS;
    if (this.heardSince > silentSince) return;
    for (const call of this.calls.values()) {
      if (call.lastSignalAt > silentSince) continue;
      if (call.hasEnded) this.recordUnconfirmed(call);
      else this.giveUp(call);
    }
  }

  private giveUpAll(): void {
    for (const call of this.calls.values()) {
      if (!call.hasEnded) this.giveUp(call);
    }
  }

  private giveUp(call: PendingCall): void {
    this.messaging.publish(Subject.callCancelled(call.facts.requestId), '');
    this.fail(call, lostCall(call.facts, 'worker_lost', call.head));
  }

  private recordUnconfirmed(call: PendingCall): void {
    const { requestId } = call.facts;
    this.drop(requestId);
    if (call.terminalEvent) this.record(JSON.parse(call.terminalEvent) as RequestEnded, call.terminalEvent);
    else this.record(lostCall(call.facts, 'worker_lost', call.head).event, undefined);
  }

  private record(event: RequestEnded, text = JSON.stringify(event)): void {
    this.results
      .publish(requestEndedSubject(event), text)
      .catch((error: unknown) =>
        this.logger.error({ requestId: event.requestId, error }, 'a terminal event could not be stored'),
      );
  }
}
