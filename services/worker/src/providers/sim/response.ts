import { setTimeout as wait } from 'node:timers/promises';
import { playSimulation, type SimulationPlan } from '#libs/simulation';
import type { ProviderAnswer } from '../provider.js';
import { cutFailure } from './errors.js';

/** Plays a planned answer in time: waits until its first byte is due, then hands out its bytes as they come. */
export async function answerOf(plan: SimulationPlan, signal: AbortSignal): Promise<ProviderAnswer> {
  if (plan.kind === 'silence') return untilAborted(signal);
  if (plan.firstByteDelayMilliseconds > 0) await wait(plan.firstByteDelayMilliseconds, undefined, { signal });
  return { status: plan.status, header: (name) => plan.headers[name], body: bytesOf(plan, signal) };
}

async function* bytesOf(plan: SimulationPlan, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of playSimulation(plan, signal)) yield chunk.bytes;
  } catch (error) {
    throw cutFailure(error, signal);
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const refuse = () => reject(signal.reason as Error);
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
}
