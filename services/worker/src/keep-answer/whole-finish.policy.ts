/** How models say that an answer is not what was asked for: cut short, or withheld. In the words of all dialects. */
const NOT_WHOLE: ReadonlySet<string> = new Set([
  'length',
  'max_tokens',
  'max_output_tokens',
  'model_context_window_exceeded',
  'incomplete',
  'pause_turn',
  'content_filter',
  'refusal',
  'failed',
  'error',
]);

/** Whether an answer that ended so may be given to the next who asks the same; what has no such word, such as embeddings, may. */
export function isWholeFinish(finishReason: string | undefined): boolean {
  return finishReason === undefined || !NOT_WHOLE.has(finishReason);
}
