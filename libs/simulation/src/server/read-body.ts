import type { IncomingMessage } from 'node:http';

/** Reads a body to its end and calls back once: with the bytes, or saying that it was too large or never complete. */
export function readBody(
  request: IncomingMessage,
  maximumBytes: number,
  done: (body: Buffer | 'too-large' | 'aborted') => void,
): void {
  const pieces: Buffer[] = [];
  let size = 0;
  request.on('data', (piece: Buffer) => {
    size += piece.length;
    if (size <= maximumBytes) pieces.push(piece);
    else pieces.length = 0;
  });
  request.once('end', () => {
    if (size > maximumBytes) done('too-large');
    else done(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
  });
  // After 'end' the stream closes without this event; before it, the client has gone away.
  request.once('error', () => done('aborted'));
}
