import { z } from 'zod';

import { LocalStackError } from '../local-stack.error.js';

const ASK_EVERY_MILLISECONDS = 200;
const LONGEST_QUOTE_CHARACTERS = 200;
const ANSWER_WITHIN_MILLISECONDS = 3_000;

const readinessSchema = z.object({ missing: z.array(z.string()), notices: z.array(z.string()).optional() });

/** `report` hears what is missing whenever that changes, and of what should be looked at what is new; `giveUp` may throw to end the wait. */
export interface AwaitReadyOptions {
  readonly url: string;
  readonly withinMilliseconds: number;
  readonly signal: AbortSignal;
  readonly report: (missing: string, notices: readonly string[]) => void;
  readonly giveUp: () => void;
}

/**
 * Asks `<url>/readyz` until it answers 200; resolves to what should be looked at all the same, in plain words. Throws a
 * `LocalStackError` that names what is missing when it never does.
 */
export async function awaitReady({
  url,
  withinMilliseconds,
  signal,
  report,
  giveUp,
}: AwaitReadyOptions): Promise<readonly string[]> {
  const deadline = Date.now() + withinMilliseconds;
  let reported: Pick<Answer, 'missing' | 'notices'> = { missing: '', notices: [] };
  for (;;) {
    signal.throwIfAborted();
    const answer = await askReadiness(url);
    if (answer.isReady) return answer.notices;
    giveUp();
    const news = answer.notices.filter((notice) => !reported.notices.includes(notice));
    if (answer.missing !== reported.missing || news.length > 0) report(answer.missing, news);
    reported = answer;
    if (Date.now() > deadline) {
      throw new LocalStackError(
        `Switchyard is not ready after ${Math.round(withinMilliseconds / 1000)} s; missing: ${answer.missing}.`,
        'Look into the log of that service under SWITCHYARD_HOME/logs.',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MILLISECONDS));
  }
}

interface Answer {
  readonly isReady: boolean;
  readonly missing: string;
  readonly notices: readonly string[];
}

async function askReadiness(url: string): Promise<Answer> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MILLISECONDS) });
    const body = await response.text();
    const told = readinessIn(body);
    // What is no answer of ours is of something else on that port, and best shown as it is.
    const missing = told?.missing.join(', ') ?? body.slice(0, LONGEST_QUOTE_CHARACTERS);
    return { isReady: response.ok, missing, notices: told?.notices ?? [] };
  } catch {
    return { isReady: false, missing: 'ingress', notices: [] };
  }
}

function readinessIn(body: string): z.infer<typeof readinessSchema> | undefined {
  try {
    return readinessSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
