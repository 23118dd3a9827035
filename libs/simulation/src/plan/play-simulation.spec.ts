import { describe, expect, it } from '@jest/globals';
import { planSimulation } from './plan-simulation.js';
import { playSimulation, SimulatedCutError, type Pacing } from './play-simulation.js';

const OPTIONS = { createdSeconds: 0, outputTokens: 5, tokensPerSecond: 10 };
const BODY = { messages: [{ role: 'user', content: 'Hello' }], stream: true };

/** A clock that jumps by what is waited, and by `lateness` on top. */
function fakePacing(latenessMilliseconds = 0): Pacing & { readonly waits: number[] } {
  const waits: number[] = [];
  let now = 1000;
  return {
    waits,
    nowMilliseconds: () => now,
    delay: (milliseconds) => {
      waits.push(milliseconds);
      now += milliseconds + latenessMilliseconds;
      return Promise.resolve();
    },
  };
}

describe('playSimulation', () => {
  const never = new AbortController().signal;

  it('waits for each chunk and returns after the last', async () => {
    const pacing = fakePacing();
    let tokens = 0;
    for await (const chunk of playSimulation(planSimulation('sim-small', BODY, OPTIONS), never, pacing)) {
      tokens += chunk.completionTokens;
    }
    expect(tokens).toBe(5);
    expect(pacing.waits).toEqual([100, 100, 100, 100, 100]);
  });

  it('makes up for late timers', async () => {
    const pacing = fakePacing(30);
    for await (const chunk of playSimulation(planSimulation('sim-small', BODY, OPTIONS), never, pacing)) {
      expect(chunk.bytes.length).toBeGreaterThan(0);
    }
    expect(pacing.waits).toEqual([100, 70, 70, 70, 70]);
  });

  it('throws at the end of a cut answer', async () => {
    const playing = playSimulation(planSimulation('sim-cut-2', BODY, OPTIONS), never, fakePacing());
    let tokens = 0;
    await expect(async () => {
      for await (const chunk of playing) tokens += chunk.completionTokens;
    }).rejects.toThrow(SimulatedCutError);
    expect(tokens).toBe(2);
  });

  it.each(['sim-hang', 'sim-stall'])('waits within %s until it is aborted, with the reason given', async (model) => {
    const controller = new AbortController();
    const reason = new Error('the caller left');
    const playing = playSimulation(planSimulation(model, BODY, OPTIONS), controller.signal, fakePacing());
    const rest = (async () => {
      for await (const chunk of playing) expect(chunk.bytes.length).toBeGreaterThan(0);
    })();
    controller.abort(reason);
    await expect(rest).rejects.toBe(reason);
  });
});
