import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { withProbabilities, type TokenProbability } from '#libs/dialects';

/** Puts what a provider's own events tell of tokens beside the parts that a package makes of them, which lack it. */
export class ProbabilitiesOfStream {
  private waiting: TokenProbability[] = [];

  constructor(private readonly probabilitiesIn: ((event: unknown) => TokenProbability[]) | undefined) {}

  /** Takes an event as it came; its parts follow. */
  learnFrom(event: unknown): void {
    if (this.probabilitiesIn) this.waiting.push(...this.probabilitiesIn(event));
  }

  /** The part with what waits for it: the next text takes all, and the end what no text has taken. */
  beside(part: LanguageModelV4StreamPart): LanguageModelV4StreamPart {
    if (this.waiting.length === 0 || (part.type !== 'text-delta' && part.type !== 'finish')) return part;
    const { waiting } = this;
    this.waiting = [];
    return { ...part, providerMetadata: withProbabilities(part.providerMetadata, waiting) };
  }
}
