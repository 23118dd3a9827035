import { runCommand } from '../processes/run-command.js';

/** The oldest nats-server that has what Switchyard needs: several filters per consumer, atomic batches, sync_interval. */
export const OLDEST_NATS_SERVER = '2.12.0';

/** The numbers in the answer of `nats-server --version` ("nats-server: v2.15.1"), or undefined when it is none. */
export function parseNatsServerVersion(output: string): string | undefined {
  return /\bv?(\d+\.\d+\.\d+)/.exec(output)?.[1];
}

/** Negative, zero or positive as `a` is older than, the same as or newer than `b`; both are `1.2.3`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Asks a nats-server binary for its version; throws when it does not run, is not one, or is too old. */
export async function checkedNatsServerVersion(binary: string): Promise<string> {
  const version = parseNatsServerVersion(await runCommand(binary, ['--version'], { timeoutMilliseconds: 10_000 }));
  if (version === undefined) throw new Error(`${binary} does not say which version it is`);
  if (compareVersions(version, OLDEST_NATS_SERVER) < 0) {
    throw new Error(`${binary} is version ${version}; ${OLDEST_NATS_SERVER} or newer is needed`);
  }
  return version;
}
