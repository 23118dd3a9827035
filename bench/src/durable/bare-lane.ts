import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, ChildProcess, findNatsServer, freePort } from '#libs/local-stack';
import type { Cleanup } from '../cleanup.js';
import { ConversingChild } from '../processes/conversing-child.js';
import type { Part } from '../processes/part.js';
import { BENCH } from '../stack/bench-configuration.js';
import type { Upstreams } from '../stack/upstreams.js';
import { untilListening } from '../processes/until-listening.js';
import type { BareLoopOrder, BareLoopResult, BareLoopSetUp } from './bare-loop-order.js';

const STOP_WITHIN_MILLISECONDS = 10_000;

/** The bare loop and its own nats-server: the same binary as ours, flushing lazily, which is its fastest way. */
export class BareLane {
  private constructor(
    private readonly loop: ConversingChild,
    readonly parts: readonly Part[],
  ) {}

  static async start(upstreams: Upstreams, promptsFile: string, cleanup: Cleanup): Promise<BareLane> {
    const port = await freePort();
    const server = await startServer(port, cleanup);
    const setUp: BareLoopSetUp = {
      natsUrl: `nats://127.0.0.1:${port}`,
      upstreamUrl: `${upstreams.slow.baseUrl}/chat/completions`,
      upstreamKey: upstreams.key,
      model: BENCH.upstreamModel,
      promptsFile,
    };
    const entry = new URL('./bare-loop.main.js', import.meta.url);
    const loop = ConversingChild.start('bare loop', entry, [JSON.stringify(setUp)]);
    cleanup.add(() => loop.stop());
    return new BareLane(loop, [
      { name: 'loop', pid: loop.pid },
      { name: 'nats-server', pid: server.pid },
    ]);
  }

  async fill(jobs: number): Promise<void> {
    await this.loop.ask<object>({ kind: 'fill', jobs } satisfies BareLoopOrder);
  }

  /** Does what was filled in; gives the seconds it took. */
  async run(): Promise<number> {
    const { seconds } = await this.loop.ask<BareLoopResult>({ kind: 'run' } satisfies BareLoopOrder);
    return seconds;
  }
}

async function startServer(port: number, cleanup: Cleanup): Promise<ChildProcess> {
  const { binary } = await findNatsServer({ cache: cacheFolder(process.env), environment: process.env });
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-bare-loop-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'nats.conf');
  const store = JSON.stringify(join(folder, 'store'));
  await writeFile(
    file,
    `host: "127.0.0.1"\nport: ${port}\nmax_pending: 268435456\njetstream { store_dir: ${store} }\n`,
  );
  const server = await ChildProcess.start({ name: 'nats-server', command: binary, arguments: ['-c', file] });
  cleanup.add(() => server.stop(STOP_WITHIN_MILLISECONDS));
  await untilListening(port);
  return server;
}
