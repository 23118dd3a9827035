import type { LoadOrder, LoadResult } from './load-order.js';
import { LoadTarget } from './load-target.js';

const START_DELAY_MILLISECONDS = 20;

/** Carries out one order; resolves when the last request has ended. */
export async function runOrder(order: LoadOrder, prompts: readonly string[]): Promise<LoadResult> {
  const target = new LoadTarget(order, prompts);
  try {
    const { arrivals, seconds } = order;
    return arrivals.kind === 'open'
      ? await runOpenLoop(target, arrivals.perSecond, seconds)
      : await runClosedLoop(target, arrivals.inFlight, seconds);
  } finally {
    await target.close();
  }
}

/**
 * Requests are due at even times set before the first is sent. Whoever answers slowly gets no fewer of them, and what the
 * generator itself is late counts as waiting: both are what a caller would feel.
 */
function runOpenLoop(target: LoadTarget, perSecond: number, seconds: number): Promise<LoadResult> {
  const total = Math.round(perSecond * seconds);
  const startAt = performance.now() + START_DELAY_MILLISECONDS;
  const dueAt = (index: number): number => startAt + (index * 1000) / perSecond;
  return new Promise((resolve) => {
    let next = 0;
    let ended = 0;
    const end = (): void => {
      if (++ended === total) resolve(target.result(seconds));
    };
    const sendDue = (): void => {
      const now = performance.now();
      while (next < total && dueAt(next) <= now) target.send(dueAt(next++), end);
      if (next < total) setTimeout(sendDue, Math.max(0, dueAt(next) - performance.now()));
    };
    sendDue();
  });
}

/** Each answer calls forth the next request until time is up. The rate counts what was answered within that time. */
function runClosedLoop(target: LoadTarget, inFlight: number, seconds: number): Promise<LoadResult> {
  const startAt = performance.now();
  const endAt = startAt + seconds * 1000;
  return new Promise((resolve) => {
    let open = inFlight;
    const next = (): void => {
      const now = performance.now();
      if (now < endAt) target.send(now, next);
      else if (--open === 0) resolve(target.result((performance.now() - startAt) / 1000));
    };
    for (let index = 0; index < inFlight; index++) target.send(performance.now(), next);
  });
}
