import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BenchError } from '../bench.error.js';
import { built } from '../machine/project.js';
import { BENCH } from '../stack/bench-configuration.js';
import type { RunningStack } from '../stack/running-stack.js';
import type { AuditFigures } from './audit-figures.js';

const COMMAND = 'services/cli/src/main.js';
const MOST_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Exports the log and verifies it as an auditor does, by the command line. Throws where it is not whole. */
export async function verifyLog(stack: RunningStack, say: (text: string) => void): Promise<AuditFigures['verified']> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-bench-audit-'));
  try {
    const [file, keys] = [join(folder, 'log.ndjson'), join(folder, 'keys')];
    const organization = ['--organization', BENCH.organization];
    await writeFile(keys, (await run(stack, ['keys', ...organization])).output);
    const exported = await run(stack, ['export', ...organization, '--output', file]);
    say(`exporting the trail: ${exported.seconds.toFixed(1)} s`);
    const verified = await run(stack, ['verify', file, '--keys', keys, '--json']);
    const report = JSON.parse(verified.output) as { verifiedEntries: number };
    say(`verifying ${report.verifiedEntries} entries: ${verified.seconds.toFixed(1)} s`);
    return { entries: report.verifiedEntries, exportSeconds: exported.seconds, seconds: verified.seconds };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(stack: RunningStack, command: readonly string[]): Promise<{ output: string; seconds: number }> {
  const startedAt = performance.now();
  const { PATH } = process.env;
  const env = { PATH, SWITCHYARD_URL: stack.url, SWITCHYARD_ADMIN_KEY: stack.adminKey };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [built(COMMAND), 'audit', ...command], {
      env,
      maxBuffer: MOST_OUTPUT_BYTES,
    });
    return { output: stdout, seconds: (performance.now() - startedAt) / 1000 };
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new BenchError(`switchyard audit ${command[0]} failed: ${said}`, 'See the log of audit.', { cause });
  }
}
