import { z } from 'zod';

import { LocalStackError } from '../local-stack.error.js';

const ASK_EVERY_MILLISECONDS = 200;
const LONGEST_QUOTE_CHARACTERS = 200;
const ANSWER_WITHIN_MILLISECONDS = 3_000;

const readinessSchema = z.object({ missing: z.array(z.string()) });

/** `report` hears what is missing whenever that changes; `giveUp` may throw to end the wait. */
export interface AwaitReadyOptions {
  readonly url: string;
  readonly withinMilliseconds: number;
  readonly signal: AbortSignal;
  readonly report: (missing: string) => void;
  readonly giveUp: () => void;
}

/** Asks `<url>/readyz` until it answers 200. Throws a `LocalStackError` that names what is missing when it never does. */
export async function awaitReady({
  url,
  withinMilliseconds,
  signal,
  report,
  giveUp,
}: AwaitReadyOptions): Promise<void> {
  const deadline = Date.now() + withinMilliseconds;
  let missing = '';
  for (;;) {
    signal.throwIfAborted();
    const answer = await askReadiness(url);
    if (answer === undefined) return;
    giveUp();
    if (answer !== missing) report(answer);
    missing = answer;
    if (Date.now() > deadline) {
      throw new LocalStackError(
        `Switchyard is not ready after ${Math.round(withinMilliseconds / 1000)} s; missing: ${missing}.`,
        'Look into the log of that service under SWITCHYARD_HOME/logs.',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MILLISECONDS));
  }
}

/** Undefined when ready, otherwise what is missing. */
async function askReadiness(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MILLISECONDS) });
    const body = await response.text();
    return response.ok ? undefined : missingIn(body);
  } catch {
    return 'ingress';
  }
}

function missingIn(body: string): string {
  try {
    const answer = readinessSchema.safeParse(JSON.parse(body));
    if (answer.success) return answer.data.missing.join(', ');
  } catch {
    // No JSON: an answer of something else on that port, best shown as it is.
  }
  return body.slice(0, LONGEST_QUOTE_CHARACTERS);
}
