import { Injectable } from '@nestjs/common';
import type { NativeBatchSubmitted } from '#libs/contracts';
import { MessagingError } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { metrics } from '#libs/telemetry';
import { pauseEffect } from '../dispatch-work/pauses.policy.js';
import { PauseRepository } from '../dispatch-work/pause.repository.js';
import { QueueNudge } from '../dispatch-work/queue-nudge.js';
import { JobLimits } from '../job-limits.js';
import { endedLines, type Batch } from '../keep-batch/batch.js';
import { BatchRepository } from '../keep-batch/batch.repository.js';
import { lineOfRequest } from '../keep-batch/batch-identifiers.policy.js';
import type { NativeBatch, NativeState } from './native-batch.js';
import { NativeBatchRepository, type NativeChanges } from './native-batch.repository.js';
import { NativeMoney } from './native-money.js';
import { NativeLinesSource } from './native-lines.source.js';
import { nativeStep, pauseBeforeLook } from './native-step.policy.js';
import { ProviderBatches } from './provider-batches.js';

/** A batch at a provider under a lease, with the batch of ours that it is for. */
interface Held {
  readonly native: NativeBatch;
  readonly batch: Batch;
  readonly holder: string;
  readonly now: Date;
}

/** Takes a batch at a provider one step on. Whatever it does not bring back in time goes online. */
@Injectable()
export class AdvanceNativeHandler {
  private readonly startedAt = performance.now();

  constructor(
    private readonly natives: NativeBatchRepository,
    private readonly batches: BatchRepository,
    private readonly lines: NativeLinesSource,
    private readonly providers: ProviderBatches,
    private readonly money: NativeMoney,
    private readonly pauses: PauseRepository,
    private readonly dispatch: QueueNudge,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {}

  /** Resolves to the pause before it is to be looked at again, in milliseconds. Doing a step twice does no harm. */
  async advance(native: NativeBatch, holder: string): Promise<number> {
    const { batch, now } = await this.batches.readNow(native.batchId);
    const held = { native, batch, holder, now };
    const isWanted = batch.status === 'in_progress' && batch.expiresAt > now && endedLines(batch) < batch.totalLines;
    const { nativeCancelWaitMilliseconds: cancelWaitMilliseconds } = this.limits;
    switch (nativeStep(native, { now, isWanted, cancelWaitMilliseconds })) {
      case 'submit':
        return this.submit(held);
      case 'resolve':
        return this.resolve(held).catch((error: unknown) => this.unlessTooLate(held, 'unknown', error));
      case 'look':
        return this.look(held, false);
      case 'cancel':
        return this.look(held, true).catch((error: unknown) => this.unlessTooLate(held, 'failed', error));
      case 'collect':
        return this.collect(held, !isWanted || native.giveUpAt <= now);
      case 'abandon':
        break;
    }
    return this.end(held, 'cancelled', [], { message: 'there was no time left to wait for it' });
  }

  private async submit(held: Held): Promise<number> {
    const { native, batch, holder } = held;
    if (await this.isPaused(held)) return this.limits.nativePollMilliseconds.most;
    const requests = await this.money.held(batch, native, await this.lines.read(batch, native));
    if (!requests) return this.limits.nativePollMilliseconds.most;
    if (requests.length === 0)
      return this.end(held, 'cancelled', [], { message: 'budgets led all of its lines elsewhere' });
    if (!(await this.natives.move(native.id, holder, 'submitting'))) return 0;
    const submitted = await this.lines
      .claimed(native.id, requests, (claim) => this.providers.submit(native, claim))
      .catch((error: unknown) => outcomeOf(error));
    return this.note(held, submitted);
  }

  private async note(held: Held, submitted: NativeBatchSubmitted | { outcome: 'unsent' }): Promise<number> {
    const { native, holder } = held;
    if (submitted.outcome === 'unsent') {
      await this.natives.move(native.id, holder, 'planned');
      return this.pause(held);
    }
    if (submitted.outcome === 'submitted') {
      const { remoteId, left } = submitted;
      await this.natives.giveBack(native.id, left.map(lineOfRequest));
      await this.natives.move(native.id, holder, 'running', { remoteId });
      this.dispatch.nudge();
      return this.limits.nativePollMilliseconds.least;
    }
    const { message } = submitted;
    this.logger.warn(
      { nativeId: native.id, provider: native.provider, ...submitted },
      'a batch was not taken by its provider',
    );
    if (submitted.outcome === 'unknown') return this.pause(held);
    if (!submitted.mayPass) return this.end(held, 'failed', [], { message });
    await this.natives.move(native.id, holder, 'planned', { message });
    return this.limits.nativePollMilliseconds.most;
  }

  /** After a crash, or an answer that did not come: looks whether the provider has it. */
  private async resolve(held: Held): Promise<number> {
    const { native, holder, now } = held;
    const { canFind, remoteId } = await this.providers.find(native);
    if (remoteId !== undefined) {
      await this.natives.move(native.id, holder, 'running', { remoteId });
      return 0;
    }
    const age = now.getTime() - (native.submittingAt?.getTime() ?? 0);
    // Whoever was sending it may still be at it.
    if (age < this.limits.nativeResolveMilliseconds) return this.limits.nativePollMilliseconds.least;
    if (canFind) {
      await this.natives.move(native.id, holder, 'planned');
      return 0;
    }
    this.logger.warn(
      { nativeId: native.id, provider: native.provider, lines: native.lines },
      'it cannot be known whether a batch is at its provider, which may do it for nobody; its lines go online',
    );
    return this.end(held, 'unknown', [], {
      message: 'it may have been submitted; the provider keeps no names to find it by',
    });
  }

  private async look(held: Held, cancel: boolean): Promise<number> {
    const { native, holder } = held;
    const { state, status, message = status } = await this.providers.read(native, cancel && !native.cancellingAt);
    if (state === 'failed' || state === 'gone') return this.end(held, 'failed', [], { remoteStatus: status, message });
    if (state === 'running') {
      await this.natives.note(native.id, holder, { status, cancelled: cancel });
      return cancel ? this.limits.nativePollMilliseconds.least : this.pause(held);
    }
    await this.natives.note(native.id, holder, { status, cancelled: cancel });
    await this.natives.move(native.id, holder, 'fetching', { remoteStatus: status });
    return 0;
  }

  /** A provider that cannot be asked, be it down or no longer configured, keeps lines no longer than one that does not obey. */
  private async unlessTooLate(held: Held, to: 'unknown' | 'failed', error: unknown): Promise<number> {
    const { native, now } = held;
    const isInTime = now.getTime() < native.giveUpAt.getTime() + this.limits.nativeCancelWaitMilliseconds;
    if (isInTime || this.isStarting) throw error;
    this.logger.warn(
      { nativeId: native.id, provider: native.provider, lines: native.lines, error },
      'a provider cannot be asked for a batch, which it may do for nobody; its lines go online',
    );
    return this.end(held, to, [], { message: 'the provider could not be asked for it while there was time' });
  }

  /** After an outage of all of Switchyard the first answers are missing that come a moment later; what is done there has been paid for. */
  private get isStarting(): boolean {
    return performance.now() - this.startedAt < this.limits.nativeStartMilliseconds;
  }

  private async collect(held: Held, isOver: boolean): Promise<number> {
    const { native, batch } = held;
    try {
      const requests = await this.lines.read(batch, native);
      const { ended } = await this.lines.claimed(native.id, requests, (claim) => this.providers.collect(native, claim));
      const pause = await this.end(held, native.cancellingAt ? 'cancelled' : 'ended', ended.map(lineOfRequest), {});
      await this.providers
        .discard(native)
        .catch((error: unknown) =>
          this.logger.debug({ nativeId: native.id, error }, 'a batch is kept by its provider'),
        );
      return pause;
    } catch (error) {
      if (!isOver || this.isStarting) throw error;
      return this.end(held, 'failed', [], { message: 'its results could not be fetched in time' });
    }
  }

  private async end(held: Held, to: NativeState, done: readonly number[], changes: NativeChanges): Promise<number> {
    const { native, holder } = held;
    const returned = await this.natives.end(native.id, holder, { to, done, changes });
    if (returned === undefined) return 0;
    const { provider } = native;
    metrics.nativeBatches.add({ provider, outcome: to }, 1);
    metrics.nativeLines.add({ provider, outcome: 'answered' }, done.length);
    metrics.nativeLines.add({ provider, outcome: 'returned' }, returned);
    this.logger.info(
      {
        nativeId: native.id,
        batchId: native.batchId,
        provider: native.provider,
        state: to,
        done: done.length,
        returned,
      },
      'a batch at a provider is over',
    );
    this.dispatch.nudge();
    return 0;
  }

  /** An operator's pause holds what has not been sent. */
  private async isPaused({ native, batch }: Held): Promise<boolean> {
    const pauses = await this.pauses.current();
    return pauseEffect(batch, pauses, [native.provider]).heldBy !== undefined;
  }

  private pause({ native: { looks } }: Held): number {
    return pauseBeforeLook(looks, this.limits.nativePollMilliseconds);
  }
}

/** A question that nobody has heard has done nothing. */
function outcomeOf(error: unknown): { outcome: 'unsent' } | { outcome: 'unknown'; message: string } {
  if (error instanceof MessagingError && error.code === 'no_responders') return { outcome: 'unsent' };
  return { outcome: 'unknown', message: error instanceof Error ? error.message : 'unknown' };
}
