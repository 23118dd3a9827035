import type { Facts } from '#libs/contracts';

/** What an answer without a cap is taken for until one of its model has been seen. */
const UNKNOWN_COMPLETION_TOKENS = 256;
/** How much of what was known a new answer replaces. */
const LEARNING_SHARE = 0.1;
const MOST_MODELS = 10_000;
const WITH_COMPLETIONS: ReadonlySet<Facts['operation']> = new Set(['chat', 'text_completion']);

type Asked = Pick<Facts, 'model' | 'operation' | 'estimatedPromptTokens' | 'maxCompletionTokens' | 'choices'>;

/**
 * What a request counts for against limits of tokens before it is known what it used: its prompt by size, and as many tokens of
 * completion as it allows, or where it names no cap, as many as answers of its model had of late.
 */
export class TokenEstimates {
  private readonly completions = new Map<string, number>();

  of({ model, operation, estimatedPromptTokens, maxCompletionTokens, choices = 1 }: Asked): number {
    const known = this.completions.get(model) ?? (WITH_COMPLETIONS.has(operation) ? UNKNOWN_COMPLETION_TOKENS : 0);
    return estimatedPromptTokens + Math.ceil((maxCompletionTokens ?? known) * choices);
  }

  /** Learns from an answer that named no cap. */
  learn({ model, maxCompletionTokens, choices = 1 }: Asked, completionTokens: number): void {
    if (maxCompletionTokens !== undefined) return;
    const each = completionTokens / choices;
    const known = this.completions.get(model);
    if (known === undefined && this.completions.size >= MOST_MODELS) return;
    this.completions.set(model, known === undefined ? each : known + LEARNING_SHARE * (each - known));
  }
}
