import { Injectable } from '@nestjs/common';
import type { RequestEnded } from '#libs/contracts';

/** For so long a ratio counts, and at most twice as long. */
const WINDOW_MILLISECONDS = 10 * 60_000;
const MOST_MODELS = 10_000;
/** Beyond these it is not the estimate that is wrong. */
const LEAST = 0.05;
const MOST = 4;

/**
 * How many tokens prompts came to for each estimated one, as providers tell: the most of late, by the model that was asked for. Near
 * the limit of a budget a hold by it is as wide as it must be, and no wider.
 */
@Injectable()
export class PromptRatios {
  private now = new Map<string, number>();
  private before = new Map<string, number>();
  private since = performance.now();

  note({ model, facts, attempts }: Pick<RequestEnded, 'model' | 'facts' | 'attempts'>): void {
    const estimated = facts?.estimatedPromptTokens ?? 0;
    const answered = attempts.at(-1);
    if (estimated === 0 || answered?.usage === undefined || answered.usageBasis !== 'provider') return;
    this.turn();
    const ratio = Math.min(MOST, Math.max(LEAST, answered.usage.promptTokens / estimated));
    if (this.now.size < MOST_MODELS) this.now.set(model, Math.max(ratio, this.now.get(model) ?? 0));
  }

  of(model: string): number | undefined {
    this.turn();
    const [now, before] = [this.now.get(model), this.before.get(model)];
    return now === undefined || before === undefined ? (now ?? before) : Math.max(now, before);
  }

  private turn(): void {
    if (performance.now() - this.since < WINDOW_MILLISECONDS) return;
    this.before = this.now;
    this.now = new Map();
    this.since = performance.now();
  }
}
