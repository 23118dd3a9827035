/** Exact token counts by the rule of `countTokens`; completion tokens are summed over all choices. */
export interface SimulatedUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Why a choice ended, in the words of the OpenAI wire format. */
export type FinishReason = 'stop' | 'length' | 'content_filter';

/** One choice of an answer; its text is its tokens joined. */
export interface SimulatedChoice {
  readonly tokens: readonly string[];
  readonly finishReason: FinishReason;
}

/** An answer before any wire format: what the simulated model said and exactly how many tokens that was. */
export interface SimulatedAnswer {
  readonly id: string;
  readonly model: string;
  readonly choices: readonly SimulatedChoice[];
  readonly usage: SimulatedUsage;
}

/** Counts the completion tokens of all choices together. */
export function countCompletionTokens(choices: readonly SimulatedChoice[]): number {
  return choices.reduce((sum, choice) => sum + choice.tokens.length, 0);
}
