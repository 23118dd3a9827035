import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cleanup } from './cleanup.js';
import { RecordsProgress } from './jetstream/records-progress.js';
import { readPrompts, type Prompts } from './load/prompts.js';
import { projectFolder } from './machine/project.js';
import { ConversingChild } from './processes/conversing-child.js';
import { startStack, type RunningStack } from './stack/running-stack.js';
import { startUpstreams, type Upstreams } from './stack/upstreams.js';

/** What every section stands on: upstreams, a running stack, a load generator, and a look at the records. */
export interface BenchGround {
  readonly upstreams: Upstreams;
  readonly stack: RunningStack;
  readonly records: RecordsProgress;
  readonly generator: ConversingChild;
  readonly prompts: Prompts;
  /** The prompts of batch lines as a JSON file, for processes that need them. */
  readonly linesFile: string;
}

/** Starts it all; `environment` is added to that of the stack's processes. `cleanup` ends it. */
export async function layGround(cleanup: Cleanup, environment: NodeJS.ProcessEnv = {}): Promise<BenchGround> {
  const prompts = readPrompts(projectFolder);
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-bench-prompts-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const [plainFile, linesFile] = [join(folder, 'plain.json'), join(folder, 'lines.json')];
  await writeFile(plainFile, JSON.stringify(prompts.plain));
  await writeFile(linesFile, JSON.stringify(prompts.lines));
  const upstreams = await startUpstreams(`upstream-${randomBytes(9).toString('base64url')}`, cleanup);
  const stack = await startStack(upstreams, cleanup, environment);
  const records = await RecordsProgress.open(stack, cleanup);
  const entry = new URL('./load/load-generator.main.js', import.meta.url);
  const generator = ConversingChild.start('load generator', entry, [plainFile]);
  cleanup.add(() => generator.stop());
  return { upstreams, stack, records, generator, prompts, linesFile };
}
