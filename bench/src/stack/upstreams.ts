import { ChildProcess } from '#libs/local-stack';
import { BenchError } from '../bench.error.js';
import type { Cleanup } from '../cleanup.js';
import { built } from '../machine/project.js';

const SIM_PROVIDER = 'libs/simulation/src/server/sim-provider.main.js';
const OUTPUT_TOKENS = 200;
const PACED_TOKENS_PER_SECOND = 200;
const SLOW_MILLISECONDS = 20;
const UNREACHED_PER_MINUTE = 1_000_000_000;
const STOP_WITHIN_MILLISECONDS = 5_000;
const START_WITHIN_MILLISECONDS = 15_000;

/** One process of the sim provider; `baseUrl` ends in /v1. */
export interface Upstream {
  readonly baseUrl: string;
  readonly pid: number;
}

/** The same model at three paces: as fast as it can; a token every 5 ms; a whole answer after 20 ms. */
export interface Upstreams {
  readonly key: string;
  readonly fast: Upstream;
  readonly paced: Upstream;
  readonly slow: Upstream;
}

export async function startUpstreams(key: string, cleanup: Cleanup): Promise<Upstreams> {
  const [fast, paced, slow] = await Promise.all([
    start(key, [], cleanup),
    start(key, ['--tokens-per-second', String(PACED_TOKENS_PER_SECOND)], cleanup),
    start(key, ['--latency-ms', String(SLOW_MILLISECONDS)], cleanup),
  ]);
  return { key, fast, paced, slow };
}

/** As fast as the first, and telling with each answer what is left of limits that nobody reaches. */
export function startLimitedUpstream(key: string, cleanup: Cleanup): Promise<Upstream> {
  const most = String(UNREACHED_PER_MINUTE);
  return start(key, ['--requests-per-minute', most, '--tokens-per-minute', most], cleanup);
}

async function start(key: string, pace: readonly string[], cleanup: Cleanup): Promise<Upstream> {
  let output = '';
  const started = Promise.withResolvers<string>();
  const child = await ChildProcess.start({
    name: 'the sim provider',
    command: process.execPath,
    arguments: [built(SIM_PROVIDER), '--key', key, '--output-tokens', String(OUTPUT_TOKENS), ...pace],
    environment: { ...process.env, NODE_ENV: 'production' },
    onOutput: (chunk) => {
      output += chunk.toString();
      const url = /(http:\S+\/v1)\s/.exec(output)?.[1];
      if (url !== undefined) started.resolve(url);
    },
  });
  cleanup.add(() => child.stop(STOP_WITHIN_MILLISECONDS));
  const silence = setTimeout(() => started.reject(notUp(output)), START_WITHIN_MILLISECONDS);
  void child.exited.then(() => started.reject(notUp(output)));
  try {
    return { baseUrl: await started.promise, pid: child.pid };
  } finally {
    clearTimeout(silence);
  }
}

function notUp(output: string): BenchError {
  return new BenchError(`The sim provider did not start. It said:\n${output}`, 'Run npm run build and try again.');
}
