import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPERATOR, REQUEST_SEAL_FILE, seedFile } from '#libs/identities';
import { ChildProcess, freePort, ProcessRecords } from '#libs/local-stack';
import { BenchError } from '../bench.error.js';
import type { Cleanup } from '../cleanup.js';
import { built } from '../machine/project.js';
import type { Part } from '../processes/part.js';
import { BENCH, benchConfiguration } from './bench-configuration.js';
import type { Upstreams } from './upstreams.js';

const LAUNCHER = 'libs/local-stack/src/start.main.js';
const READY = 'Switchyard is ready.';
const START_WITHIN_MILLISECONDS = 240_000;
const STOP_WITHIN_MILLISECONDS = 60_000;
const KEPT_OUTPUT_CHARACTERS = 8_000;

/** Switchyard as `npm start` runs it, on a data folder of its own; `parts` names every process of it. */
export interface RunningStack {
  readonly url: string;
  readonly callerKey: string;
  readonly adminKey: string;
  /** Of another project. */
  readonly otherCallerKey: string;
  /** Of a project with budgets and limits. */
  readonly boundedCallerKey: string;
  /** Of a project with limits alone. */
  readonly limitedCallerKey: string;
  readonly natsUrl: string;
  /** The seed of an identity that may do everything on its NATS. */
  readonly operatorSeedFile: string;
  /** The key that accepted requests are sealed with. */
  readonly requestSealFile: string;
  readonly databaseUrl: string;
  readonly parts: readonly Part[];
  stop(): Promise<void>;
}

/** `environment` is added to that of every process of the stack. */
export async function startStack(
  upstreams: Upstreams,
  cleanup: Cleanup,
  environment: NodeJS.ProcessEnv = {},
): Promise<RunningStack> {
  const home = await mkdtemp(join(tmpdir(), 'switchyard-bench-'));
  const [port, natsPort, postgresPort] = [await freePort(), await freePort(), await freePort()];
  const callerKey = `sy_bench_${randomBytes(18).toString('base64url')}`;
  const adminKey = `sy_admin_${randomBytes(24).toString('base64url')}`;
  const otherCallerKey = `sy_bench_${randomBytes(18).toString('base64url')}`;
  const boundedCallerKey = `sy_bench_${randomBytes(18).toString('base64url')}`;
  const limitedCallerKey = `sy_bench_${randomBytes(18).toString('base64url')}`;
  const configuration = join(home, 'switchyard.yaml');
  await writeFile(configuration, benchConfiguration(upstreams));
  const launcher = await launch({
    ...inheritedEnvironment(),
    ...environment,
    SWITCHYARD_HOME: home,
    SWITCHYARD_ADMIN_KEY: adminKey,
    SWITCHYARD_CONFIG: configuration,
    SWITCHYARD_PORT: String(port),
    SWITCHYARD_NATS_PORT: String(natsPort),
    SWITCHYARD_POSTGRES_PORT: String(postgresPort),
    [BENCH.callerKeyVariable]: callerKey,
    [BENCH.otherCallerKeyVariable]: otherCallerKey,
    [BENCH.bounded.callerKeyVariable]: boundedCallerKey,
    [BENCH.limited.callerKeyVariable]: limitedCallerKey,
    [BENCH.upstreamKeyVariable]: upstreams.key,
  });
  const stop = async (): Promise<void> => {
    await launcher.child.stop(STOP_WITHIN_MILLISECONDS);
    await removeHome(home);
  };
  cleanup.add(stop);
  await launcher.ready;
  const records = await new ProcessRecords(join(home, 'run')).living();
  const password = (await readFile(join(home, 'postgres-password'), 'utf8')).trim();
  return {
    url: `http://127.0.0.1:${port}`,
    callerKey,
    adminKey,
    otherCallerKey,
    boundedCallerKey,
    limitedCallerKey,
    natsUrl: `nats://127.0.0.1:${natsPort}`,
    operatorSeedFile: seedFile(join(home, 'identities'), OPERATOR),
    requestSealFile: join(home, 'identities', REQUEST_SEAL_FILE),
    databaseUrl: `postgresql://switchyard:${password}@127.0.0.1:${postgresPort}/switchyard`,
    parts: partsOf(launcher.child.pid, records),
    stop,
  };
}

/** The bench measures a stack of its own: settings for another one must not leak in. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  const kept = new Set(['SWITCHYARD_NATS_SERVER', 'SWITCHYARD_CACHE']);
  const ours = (name: string): boolean => /^(SWITCHYARD_|NATS_URL$|DATABASE_URL$|OTEL_)/.test(name) && !kept.has(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours(name)));
}

async function launch(environment: NodeJS.ProcessEnv): Promise<{ child: ChildProcess; ready: Promise<void> }> {
  let output = '';
  const ready = Promise.withResolvers<void>();
  const child = await ChildProcess.start({
    name: 'the stack',
    command: process.execPath,
    arguments: [built(LAUNCHER)],
    environment,
    channel: true,
    onOutput: (chunk) => {
      output = `${output}${chunk.toString()}`.slice(-KEPT_OUTPUT_CHARACTERS);
      if (output.includes(READY)) ready.resolve();
    },
  });
  const fail = (happened: string): void =>
    ready.reject(
      new BenchError(`${happened} Its last words:\n${output}`, 'Try npm start alone and see what is wrong.'),
    );
  const timer = setTimeout(() => fail('The stack did not come up in time.'), START_WITHIN_MILLISECONDS);
  void child.exited.then(() => fail('The stack ended before it was ready.'));
  ready.promise.then(
    () => clearTimeout(timer),
    () => clearTimeout(timer),
  );
  return { child, ready: ready.promise };
}

const IN_ORDER_OF_A_CALL = ['ingress', 'router', 'worker', 'jobs', 'billing', 'audit', 'control'];

function partsOf(launcherPid: number, records: readonly { name: string; pid: number }[]): Part[] {
  const order = [...IN_ORDER_OF_A_CALL, 'nats-server', 'postgres'];
  const missing = order.filter((name) => !records.some((record) => record.name === name));
  if (missing.length > 0)
    throw new BenchError(`The stack runs without ${missing.join(', ')}.`, 'Try npm start alone and see what is wrong.');
  const parts = records.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return [...parts.map(({ name, pid }) => ({ name, pid })), { name: 'launcher', pid: launcherPid, isAlone: true }];
}

/** Postgres may keep its data elsewhere when a folder above the home is private: it leaves a link then. */
async function removeHome(home: string): Promise<void> {
  const elsewhere = await readlink(join(home, 'postgres')).catch(() => undefined);
  if (elsewhere !== undefined) await rm(elsewhere, { recursive: true, force: true });
  await rm(home, { recursive: true, force: true });
}
