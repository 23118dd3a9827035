import { setTimeout } from 'node:timers/promises';

import { readCallLog } from './ground/sim-process.js';
import type { ScenarioRun } from './scenario.js';

const LOOK_EVERY_MILLISECONDS = 50;
const LONGEST_PERIOD_MILLISECONDS = 120_000;
const QUIET_SHARE = 0.25;
const FIRST_SHARE = 0.02;
const LAST_SHARE = 0.9;

/** Something bad that is done once. */
export interface Strike {
  readonly name: string;
  readonly act: () => Promise<void>;
  /** Whether calls under way may have to be made again: those of a worker that dies, or of a server that forgets who has what. */
  readonly takesCalls?: boolean;
}

/** What was under way when a strike came that takes calls with it. */
interface Stake {
  readonly inFlight: number;
  /** Calls whose results were not in Postgres yet. */
  readonly uncounted: number;
}

/**
 * Does bad things at moments of a batch that the seed decides: each when so many calls have been answered, so that a slow machine sees the
 * same as a fast one. A quarter of the periods pass quietly.
 */
export class Nemesis {
  readonly #stakes: Stake[] = [];
  #struck = 0;
  #afterEnd = 0;
  #isOver = false;

  constructor(private readonly run: ScenarioRun) {}

  /** The batch has ended: whatever is still to come comes at once. */
  end(): void {
    this.#isOver = true;
  }

  async strike(strikes: readonly Strike[]): Promise<void> {
    const { ground, random, lines, say } = this.run;
    const before = (await ground.sim.counters()).calls;
    const periods = Math.ceil(strikes.length / (1 - QUIET_SHARE));
    const moments = Array.from({ length: periods }, () => Math.round(random.between(FIRST_SHARE, LAST_SHARE) * lines));
    const quiet = new Set(random.shuffled(moments.map((_, index) => index)).slice(0, periods - strikes.length));
    const left = [...strikes];
    for (const [index, moment] of moments.toSorted((one, other) => one - other).entries()) {
      if (quiet.has(index)) continue;
      const strike = left.shift();
      if (!strike) break;
      await this.#untilCalls(before + moment);
      if (this.#isOver) this.#afterEnd += 1;
      if (strike.takesCalls) this.#stakes.push(await this.#stake());
      say(`${strike.name} at ${moment} calls`);
      await strike.act();
      this.#struck += 1;
    }
  }

  /** How many strikes there were, and the most calls that they may have made necessary again. */
  sums(): { strikes: number; afterEnd: number; inFlight: number; uncounted: number } {
    const sum = (pick: (stake: Stake) => number): number =>
      this.#stakes.reduce((total, stake) => total + pick(stake), 0);
    return {
      strikes: this.#struck,
      afterEnd: this.#afterEnd,
      inFlight: sum(({ inFlight }) => inFlight),
      uncounted: sum(({ uncounted }) => uncounted),
    };
  }

  async #stake(): Promise<Stake> {
    const { ground } = this.run;
    const { inFlight } = await ground.sim.counters();
    const ended = (await readCallLog(ground.sim.logFile)).flatMap(({ requestId }) => requestId ?? []);
    const [row] = await ground.query<{ count: number }>(
      `SELECT count(DISTINCT id)::int AS count FROM unnest($1::text[]) AS id
       WHERE NOT EXISTS (SELECT FROM jobs.batch_results r WHERE r.request_id = id)`,
      [ended],
    );
    return { inFlight, uncounted: inFlight + (row?.count ?? 0) };
  }

  async #untilCalls(calls: number): Promise<void> {
    const deadline = Date.now() + LONGEST_PERIOD_MILLISECONDS;
    while (!this.#isOver && Date.now() < deadline) {
      if ((await this.run.ground.sim.counters()).calls >= calls) return;
      await setTimeout(LOOK_EVERY_MILLISECONDS);
    }
  }
}
