import { once } from 'node:events';
import { connect } from 'node:net';

/** Sends bytes as they are over a connection of their own, and gives all that comes back until it is closed, or for so long. */
export async function exchangeRaw(port: number, bytes: string | Buffer, withinMilliseconds = 1_500): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  // A connection that is reset has ended as well as one that is closed.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(bytes);
  const closed = once(socket, 'close', { signal: AbortSignal.timeout(withinMilliseconds) });
  await closed.catch(() => socket.destroy());
  return Buffer.concat(parts).toString('latin1');
}

/** The statuses of the answers in what came back, in their order. */
export function statusesIn(answers: string): number[] {
  return [...answers.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
}
