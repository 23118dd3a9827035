import { connect } from 'node:net';
import { BenchError } from '../bench.error.js';

const WITHIN_MILLISECONDS = 20_000;
const ASK_EVERY_MILLISECONDS = 50;

/** Resolves when something accepts connections on this port of 127.0.0.1. */
export async function untilListening(port: number): Promise<void> {
  const deadline = Date.now() + WITHIN_MILLISECONDS;
  while (!(await accepts(port))) {
    if (Date.now() > deadline) throw new BenchError(`Nothing listens on port ${port}.`, 'Run the bench again.');
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MILLISECONDS));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
