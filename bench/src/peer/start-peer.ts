import { ChildProcess, freePort } from '#libs/local-stack';
import { BenchError } from '../bench.error.js';
import type { Cleanup } from '../cleanup.js';
import { untilListening } from '../processes/until-listening.js';

const STOP_WITHIN_MILLISECONDS = 2_000;
const KEPT_OUTPUT_CHARACTERS = 2_000;

/** The peer as a process of its own, without its console. */
export interface RunningPeer {
  readonly url: string;
  readonly pid: number;
}

export async function startPeer(script: string, cleanup: Cleanup): Promise<RunningPeer> {
  const port = await freePort();
  let output = '';
  const child = await ChildProcess.start({
    name: 'the peer',
    command: process.execPath,
    arguments: [script, '--headless', `--port=${port}`],
    environment: { ...process.env, NODE_ENV: 'production' },
    onOutput: (chunk) => (output += chunk.toString()),
  });
  cleanup.add(() => child.stop(STOP_WITHIN_MILLISECONDS));
  try {
    await untilListening(port);
  } catch (cause) {
    const said = output.slice(-KEPT_OUTPUT_CHARACTERS);
    throw new BenchError(`The peer did not start. It said:\n${said}`, 'Leave it out with --only durable.', { cause });
  }
  return { url: `http://127.0.0.1:${port}`, pid: child.pid };
}
