import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ChildProcess, freePort } from '#libs/local-stack';
import type { CallCounters, CallRecord } from '#libs/simulation';
import { eventually } from '#libs/testing';

import { PROJECT_FOLDER } from '../../journeys/project-folder.js';

const ENTRY = join(PROJECT_FOLDER, 'dist', 'libs', 'simulation', 'src', 'server', 'sim-provider.main.js');
const STOP_WITHIN_MILLISECONDS = 10_000;

/** How fast the provider answers. */
export interface SimPace {
  readonly latencyMilliseconds: number;
  readonly tokensPerSecond?: number;
  /** Of every answer; by the prompt where it is not given. */
  readonly outputTokens?: number;
}

/** The simulated provider as a process of its own, whose log of calls is the independent bill. */
export class SimProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    readonly logFile: string,
  ) {}

  static async start(
    folder: string,
    { latencyMilliseconds, tokensPerSecond = 0, outputTokens }: SimPace,
  ): Promise<SimProcess> {
    const port = await freePort();
    const logFile = join(folder, 'provider-calls.jsonl');
    const pace = ['--latency-ms', String(latencyMilliseconds), '--tokens-per-second', String(tokensPerSecond)];
    if (outputTokens !== undefined) pace.push('--output-tokens', String(outputTokens));
    const child = await ChildProcess.start({
      name: 'sim-provider',
      command: process.execPath,
      arguments: [ENTRY, '--port', String(port), '--log', logFile, ...pace],
    });
    const sim = new SimProcess(child, port, logFile);
    await eventually(() => sim.counters(), { withinMilliseconds: 30_000 });
    return sim;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async counters(): Promise<CallCounters> {
    const answer = await fetch(`${this.url}/sim/counters`, { signal: AbortSignal.timeout(5_000) });
    return JSON.parse(await answer.text()) as CallCounters;
  }

  /** Every call that has ended, once no call is open any more and the log is written. */
  async calls(): Promise<CallRecord[]> {
    return eventually(
      async () => {
        const { calls, inFlight } = await this.counters();
        const records = await readCallLog(this.logFile);
        if (records.length !== calls)
          throw new Error(`${records.length} of ${calls} calls in the log, ${inFlight} open`);
        return records;
      },
      { withinMilliseconds: 30_000, everyMilliseconds: 250 },
    );
  }

  async stop(): Promise<void> {
    await this.child.stop(STOP_WITHIN_MILLISECONDS);
  }
}

/** The lines of a sim provider's log. */
export async function readCallLog(file: string): Promise<CallRecord[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).trimEnd();
  return whole === '' ? [] : whole.split('\n').map((line) => JSON.parse(line) as CallRecord);
}
