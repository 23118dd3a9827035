import { createHash } from 'node:crypto';

const FRAME = /^\s*at\s/;
/** Of packages and of Node itself: many faults pass through the same of these. */
const FOREIGN = /node_modules|\(?node:/;
/** How a message came to its handler differs from time to time; where it failed does not. */
const FRAMES = 2;
const HASH_CHARACTERS = 12;

/**
 * A short hash of where an error was thrown: the same for the same fault, whatever its message says and wherever the code is
 * installed, so that letters of one cause are known as such. Empty for what has no stack.
 */
export function stackHash(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frames = stack.split('\n').filter((line) => FRAME.test(line));
  if (frames.length === 0) return '';
  // Of a file's path its name alone, since the rest tells of the machine.
  const own = frames.filter((frame) => !FOREIGN.test(frame));
  const top = (own.length > 0 ? own : frames).slice(0, FRAMES);
  const places = top.map((frame) => frame.trim().replaceAll(/(?:file:\/\/)?(?:[^\s()]*[\\/])/g, ''));
  return createHash('sha256').update(places.join('\n')).digest('hex').slice(0, HASH_CHARACTERS);
}
