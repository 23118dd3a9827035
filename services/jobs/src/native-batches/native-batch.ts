import type { Decision, Price, Target } from '#libs/contracts';

/**
 * The states of a batch at a provider. `submitting` is noted before the provider is asked, so that after a crash it is looked for
 * there; `unknown` is what cannot be found, and may have been done for nobody.
 */
export const NATIVE_EDGES = {
  planned: ['submitting', 'cancelled', 'failed'],
  submitting: ['running', 'planned', 'failed', 'unknown', 'cancelled'],
  running: ['fetching', 'failed', 'cancelled'],
  fetching: ['ended', 'cancelled', 'failed'],
  ended: [],
  failed: [],
  cancelled: [],
  unknown: [],
} as const satisfies Record<string, readonly string[]>;
export type NativeState = keyof typeof NATIVE_EDGES;

/** The states in which there is something left to do. */
export const OPEN_STATES: readonly NativeState[] = ['planned', 'submitting', 'running', 'fetching'];

/** The states from which a batch may come to `target`. */
export function statesBefore(target: NativeState): readonly NativeState[] {
  const edges: Readonly<Record<NativeState, readonly NativeState[]>> = NATIVE_EDGES;
  return (Object.keys(edges) as NativeState[]).filter((state) => edges[state].includes(target));
}

/** A batch at a provider as the database has it. */
export interface NativeBatch {
  readonly id: string;
  readonly batchId: string;
  readonly provider: string;
  readonly model: string;
  readonly revision: number;
  readonly target: Target;
  readonly batchPrice: Price;
  readonly decision: Decision;
  readonly lines: number;
  readonly state: NativeState;
  readonly remoteId: string | null;
  /** From when on its lines have to go online. */
  readonly giveUpAt: Date;
  readonly submittingAt: Date | null;
  readonly submittedAt: Date | null;
  readonly cancellingAt: Date | null;
  /** How often it has been looked at since its state last changed. */
  readonly looks: number;
}

/** Lines that are to go to a provider together. */
export type PlannedNativeBatch = Pick<
  NativeBatch,
  'id' | 'batchId' | 'provider' | 'model' | 'revision' | 'target' | 'batchPrice' | 'decision' | 'giveUpAt'
> & { readonly lineNumbers: readonly number[] };
