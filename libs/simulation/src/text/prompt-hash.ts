import type { ChatRequest } from '../chat/chat-request.js';

/** Two independent 32-bit halves: enough to tell every prompt of a large batch apart. */
export interface PromptHash {
  readonly first: number;
  readonly second: number;
}

const SEPARATOR = 0xffff;

function finish(half: number): number {
  let mixed = Math.imul(half ^ (half >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * Hashes what makes one simulated call differ from another: the model, the `seed` field and the role and text of every
 * message. Fast and well spread, not cryptographic. The same call gives the same hash in every process.
 */
export function hashPrompt(request: Pick<ChatRequest, 'model' | 'seed' | 'messages'>): PromptHash {
  const parts = [request.model];
  for (const message of request.messages) parts.push(message.role, ...message.texts);
  let first = 0xdeadbeef ^ request.seed;
  let second = 0x41c6ce57 ^ request.seed;
  for (const part of parts) {
    for (let index = 0; index <= part.length; index += 1) {
      // The separator after each part tells ("ab", "c") from ("a", "bc").
      const code = index < part.length ? part.charCodeAt(index) : SEPARATOR;
      first = Math.imul(first ^ code, 2654435761);
      second = Math.imul(second ^ code, 1597334677);
    }
  }
  return { first: finish(first), second: finish(second) };
}

/** A number in [0, 1) that depends on the hash and the salt alone: the die that decides simulated failures. */
export function chanceOf(hash: PromptHash, salt: number): number {
  return finish(hash.first ^ Math.imul(hash.second ^ salt, 0x9e3779b1)) / 0x1_0000_0000;
}

/** The hash as sixteen hexadecimal digits. */
export function hexOf(hash: PromptHash): string {
  return hash.first.toString(16).padStart(8, '0') + hash.second.toString(16).padStart(8, '0');
}
