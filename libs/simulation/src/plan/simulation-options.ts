import type { SimulateOptions } from '../chat/simulate.js';

/** How the sim provider behaves for every model; a model's own fault comes on top. */
export interface SimulationOptions extends SimulateOptions {
  /** Wait before the first byte; default 0. */
  readonly latencyMilliseconds?: number;
  /** Speed of generation; a plain answer waits until all of it is generated. Default 0: as fast as possible. */
  readonly tokensPerSecond?: number;
  /** Content tokens per stream event; default 1. */
  readonly tokensPerChunk?: number;
  /** Share of calls answered with status 503, from 0 to 1; decided by the prompt and `attempt`. Default 0. */
  readonly failureRate?: number;
  /** Which attempt at this prompt this is, counted by the caller: another attempt rolls the die anew. Default 0. */
  readonly attempt?: number;
  /** Answers models that the sim provider does not know as if they were `sim-small`; default: status 404. */
  readonly answersAnyModel?: boolean;
  /** The `created` field, in seconds since 1970: the only way the time of day gets into an answer. */
  readonly createdSeconds: number;
}
