import type { NativeBatch } from './native-batch.js';

/** What is to be done with a batch at a provider. */
export type NativeStep =
  /** Send it. */
  | 'submit'
  /** Find out whether it was sent. */
  | 'resolve'
  /** Ask how it stands. */
  | 'look'
  /** The same, and ask for its end. */
  | 'cancel'
  /** Do not wait for it any longer. */
  | 'abandon'
  | 'collect';

/** What the decision depends on besides the batch. */
export interface NativeCircumstances {
  readonly now: Date;
  /** Whether the batch of ours that it is for still waits for results of lines. */
  readonly isWanted: boolean;
  /** How long a cancelled batch is waited for. */
  readonly cancelWaitMilliseconds: number;
}

/** The next step, from the row alone: any process can take over at any moment. */
export function nativeStep(batch: NativeBatch, circumstances: NativeCircumstances): NativeStep {
  const { now, isWanted, cancelWaitMilliseconds } = circumstances;
  const isOver = !isWanted || batch.giveUpAt <= now;
  if (batch.state === 'fetching') return 'collect';
  if (batch.state === 'planned') return isOver ? 'abandon' : 'submit';
  if (batch.state === 'submitting') return 'resolve';
  if (batch.cancellingAt && now.getTime() - batch.cancellingAt.getTime() >= cancelWaitMilliseconds) return 'abandon';
  return isOver ? 'cancel' : 'look';
}

/** How long to wait before the next look: each look that finds nothing new doubles it. */
export function pauseBeforeLook(looks: number, bounds: { least: number; most: number }): number {
  return Math.min(bounds.most, bounds.least * 2 ** Math.min(looks, 30));
}
