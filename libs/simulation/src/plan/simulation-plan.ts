import type { SimulatedUsage } from '../chat/simulated-answer.js';

/** How a planned answer ends: properly, by the connection being cut, or by silence with the connection left open. */
export type SimulationEnding = 'clean' | 'cut' | 'hang';

/** A piece of a streamed body: bytes to send together, after a wait counted from the piece before (or the head). */
export interface SimulatedChunk {
  readonly bytes: Uint8Array;
  readonly delayBeforeMilliseconds: number;
  /** Completion tokens in these bytes: summed over the chunks sent so far, what an interrupted call has cost. */
  readonly completionTokens: number;
  readonly isLast: boolean;
}

interface AnsweringPlan {
  readonly status: number;
  /** Lower-case names. `content-length` is not among them; see `declaredBytes`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The wait before the status and the headers are sent. */
  readonly firstByteDelayMilliseconds: number;
  readonly ending: SimulationEnding;
  /** The true usage of the whole plan, whatever the body claims; undefined when no model ran. */
  readonly usage: SimulatedUsage | undefined;
}

/** A body sent at once. `declaredBytes` is its `content-length`, larger than the body when the ending is not clean. */
export interface WholePlan extends AnsweringPlan {
  readonly kind: 'whole';
  readonly body: Uint8Array;
  readonly declaredBytes: number;
}

/** A body sent in pieces. The chunks can be iterated once. */
export interface StreamPlan extends AnsweringPlan {
  readonly kind: 'stream';
  readonly chunks: Iterable<SimulatedChunk>;
}

/** The call is accepted and never answered: not even the status arrives. */
export interface SilentPlan {
  readonly kind: 'silence';
  readonly ending: 'hang';
  readonly usage: undefined;
}

/** Everything the sim provider will do for one call, decided beforehand; carrying it out needs no more decisions. */
export type SimulationPlan = WholePlan | StreamPlan | SilentPlan;
