import { seedFile } from '#libs/identities';
import { MessagingParts, type Messaging } from '#libs/messaging';
import { createLogger } from '#libs/telemetry';
import { eventually } from '#libs/testing';

import { FaultGround } from '../faults/ground/fault-ground.js';
import { SeededRandom } from '../faults/seeded-random.js';
import { OUR_KEY, THEIR_KEY } from '../journeys/journey-configuration.js';
import { Findings } from './findings.js';
import { RouteFuzzer } from './fuzz-routes.js';
import { SPEAKERS, SubjectFuzzer, type Speaker } from './fuzz-subjects.js';

/** What a run came to. */
export interface FuzzSummary {
  readonly seed: number;
  readonly seconds: number;
  readonly routes: number;
  readonly subjects: number;
  readonly findings: Findings;
}

/** Of messages that no service sends, it is enough that they are refused, or buried with their reason. */
const DEFECT = /unhandled|uncaught|restarting in|heap out of memory|TypeError|ReferenceError/i;
const READY_WITHIN_MILLISECONDS = 30_000;

/** Fuzzes a whole Switchyard, started for it, for so long; whatever it does to it, the stack must be ready at the end. */
export async function runFuzz({ seed, seconds }: { seed: number; seconds: number }): Promise<FuzzSummary> {
  const ground = await FaultGround.start();
  const findings = new Findings();
  const log = createLogger({ service: 'fuzz', level: 'silent' });
  const voices = new Map<Speaker, Messaging>();
  const parts: MessagingParts[] = [];
  try {
    for (const speaker of SPEAKERS) {
      const access = { seedFile: seedFile(ground.nats.identities, speaker) };
      const opened = await MessagingParts.open(ground.nats.url, speaker, log, access);
      parts.push(opened);
      voices.set(speaker, opened.messaging);
    }
    // The admin key more often than the others: what it may do is most.
    const keys = [ground.stack.adminKey, ground.stack.adminKey, ground.stack.adminKey, OUR_KEY, THEIR_KEY, 'sk-nobody'];
    const routes = await RouteFuzzer.on({ url: ground.stack.url, keys }, new SeededRandom(seed), findings);
    const subjects = new SubjectFuzzer(voices, new SeededRandom(seed + 1), findings);
    const end = Date.now() + seconds * 1_000;
    await Promise.all([routes.until(end), subjects.until(end)]);
    await eventually(
      async () => {
        const { status } = await fetch(`${ground.stack.url}/readyz`);
        if (status !== 200) throw new Error(`/readyz answers ${status}`);
      },
      { withinMilliseconds: READY_WITHIN_MILLISECONDS },
    ).catch((error: unknown) => findings.add('the stack', `is not ready afterwards: ${String(error)}`, ''));
    await lookIntoLogs(ground, findings);
    return { seed, seconds, routes: routes.routeCount, subjects: subjects.subjectCount, findings };
  } finally {
    for (const opened of parts) await opened.close();
    await ground.stop().catch((error: unknown) => findings.add('the stack', String(error), ''));
  }
}

async function lookIntoLogs({ stack }: FaultGround, findings: Findings): Promise<void> {
  for (const [name, text] of await stack.logs()) {
    for (const line of text.split('\n')) {
      if (DEFECT.test(line)) findings.add(`the log ${name}`, line.slice(0, 1_500), '');
    }
  }
}
