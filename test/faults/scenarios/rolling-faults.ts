import { setTimeout } from 'node:timers/promises';

import { OUR_KEY } from '../../journeys/journey-configuration.js';
import { ExtraService } from '../ground/extra-service.js';
import { ApiClient } from '../load/api-client.js';
import { readStream, StreamLoad, type StreamEnd, type StreamSums } from '../load/stream-load.js';
import type { Scenario, ScenarioRun } from '../scenario.js';
import { withCalls } from './with-calls.js';

const ROLLED = ['router', 'worker', 'jobs', 'billing', 'audit', 'control'] as const;
const STREAMS = 50;
const REST_MILLISECONDS = 3_000;
/** A stream of this ground takes three seconds, and what leaves has thirty to end what it has. */
const LONGEST_STREAM_MILLISECONDS = 33_000;

/** Ends each service in turn by SIGTERM; its supervisor starts it again. */
async function rollOver({ ground, say }: ScenarioRun): Promise<void> {
  for (const name of ROLLED) {
    say(`SIGTERM to ${name}`);
    await ground.stack.signal(name, 'SIGTERM');
    await setTimeout(REST_MILLISECONDS);
    await ground.stack.untilReady();
  }
}

/** What a load balancer does: calls go to the second ingress while the first one leaves, which ends the streams it has. */
async function callWhileTheOtherIngressLeaves(run: ScenarioRun, second: ExtraService): Promise<void> {
  const { ground, say, figures, expect } = run;
  const client = new ApiClient(second.url, OUR_KEY, run.journal);
  const sums = await withCalls({ ...run, client }, { perSecond: 20, leastShareOk: 1 }, async () => {
    const ends = await streamsThatHaveBegun(ground.stack.url, async () => {
      say('SIGTERM to ingress');
      await ground.stack.signal('ingress', 'SIGTERM');
    });
    figures['streams of the ingress that left'] = sumUp(ends);
    expect(!ends.includes('torn'), `streams of the ingress that left: ${sumUp(ends)}`);
    await ground.stack.untilReady();
  });
  figures['calls over the second ingress'] = sums.ok;
}

/** Begins streams, does something once each of them has come a part of its way, and gives how they ended. */
async function streamsThatHaveBegun(url: string, act: () => Promise<void>): Promise<StreamEnd[]> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let begun = 0;
  const whenBegun = (): void => void ((begun += 1) === STREAMS && resolve());
  const ends = Promise.all(
    Array.from({ length: STREAMS }, (_, index) => readStream(url, `Last stream ${index}`, whenBegun)),
  );
  await Promise.race([promise, ends]);
  await act();
  return ends;
}

function sumUp(ends: readonly StreamEnd[]): string {
  return [...Map.groupBy(ends, (end) => end)].map(([end, of]) => `${of.length} ${end}`).join(', ');
}

function expectStreams({ figures, expect }: ScenarioRun, { ends, slowestMilliseconds }: StreamSums): void {
  figures['streams'] = Object.entries(ends)
    .map(([end, count]) => `${count} ${end}`)
    .join(', ');
  figures['slowest stream ms'] = slowestMilliseconds;
  expect(ends.torn === 0, `${ends.torn} streams were torn without a word`);
  expect(ends.refused === 0, `${ends.refused} streams were refused`);
  expect(ends.whole > STREAMS, `only ${ends.whole} streams were whole`);
  expect(slowestMilliseconds <= LONGEST_STREAM_MILLISECONDS, `a stream took ${slowestMilliseconds} ms`);
}

/** Processes that leave in good order. */
export const ROLLING_FAULTS: readonly Scenario[] = [
  {
    name: 'F-14',
    says: `every service ends on SIGTERM in turn, with a second process beside it: no call fails, ${STREAMS} streams at once are whole or end with an error event`,
    ground: { pace: { latencyMilliseconds: 20, tokensPerSecond: 20, outputTokens: 60 } },
    run: async (run) => {
      const extras: ExtraService[] = [];
      try {
        for (const name of ['ingress', 'router', 'worker'] as const)
          extras.push(await ExtraService.start(run.ground, name));
        const [second] = extras;
        if (!second) return;
        await second.untilReady();
        const streams = new StreamLoad(() => run.ground.stack.url, STREAMS);
        try {
          await withCalls(run, { perSecond: 20, leastShareOk: 1 }, () => rollOver(run));
        } finally {
          expectStreams(run, await streams.stop());
        }
        await callWhileTheOtherIngressLeaves(run, second);
      } finally {
        for (const extra of extras) run.expect((await extra.stop()) === 0, `a second ${extra.name} did not leave well`);
      }
    },
  },
];
