import type { SimulatedAnswer } from '../chat/simulated-answer.js';
import type { SimulationEnding } from '../plan/simulation-plan.js';
import type { WireUsage } from '../wire/chat-completion.js';
import type { StreamEvent } from '../wire/completion-events.js';
import type { Reply } from '../wire/error-reply.js';

/** What a model gets wrong about an answer that was otherwise generated properly; nothing set means nothing wrong. */
export interface Distortion {
  /** Changes the answer itself, and with it the true usage. */
  readonly answer?: (answer: SimulatedAnswer) => SimulatedAnswer;
  /** What is claimed as usage instead of the truth; undefined leaves it out. */
  readonly usage?: (truth: WireUsage) => unknown;
  readonly contentType?: string;
  /** Wait before the first byte of a plain answer, or the first event of a stream, on top of the latency. */
  readonly firstTokenDelayMilliseconds?: number;
  /** Changes the body of a plain answer. */
  readonly body?: (body: string) => string;
  /** Changes the events of a stream. */
  readonly events?: (events: StreamEvent[]) => StreamEvent[];
  /** How the answer ends; a plain answer that does not end cleanly stops after half of its body. */
  readonly ending?: SimulationEnding;
}

/** What a simulated model does with a call. */
export type Behaviour =
  | { readonly does: 'answer'; readonly distortion: (parameter: number) => Distortion }
  | { readonly does: 'reply'; readonly reply: () => Reply }
  /** Replies to the given percentage of prompts, the same ones every time, and answers the others. */
  | { readonly does: 'reply-sometimes'; readonly reply: () => Reply }
  | { readonly does: 'keep-silent' };
