import type { ASTNode } from '@marcbachmann/cel-js';

const LONGEST_QUOTE = 60;

/** Thrown while a condition is compiled, and answered as the reason why it is refused; never leaves this lib. */
export class ConditionRefused extends Error {
  override readonly name = 'ConditionRefused';
}

/** The words of the condition that a part of it was read from, shortened. */
export function quote(node: ASTNode): string {
  const words = node.input.slice(node.start, node.end);
  return words.length > LONGEST_QUOTE ? `${words.slice(0, LONGEST_QUOTE)}…` : words;
}
