import type {
  Facts,
  ModelEntry,
  Requirements,
  RoutingPolicy,
  Strategy,
  Target,
  TargetEntry,
  TargetState,
  Wishes,
} from '#libs/contracts';
import type { LiveState } from './live-state.js';
import type { RefusalCode } from './no-eligible-target.js';
import type { PlacedTarget } from './placed-target.js';
import type { Sort } from './resolve-model.policy.js';
import type { RoutingTable } from './routing-table.js';

/** A target that may come into question for a request. */
export interface Candidacy {
  readonly placed: PlacedTarget;
  /** Of `placed`. */
  readonly entry: TargetEntry;
  /** The public model it belongs to. */
  readonly model: ModelEntry;
  /** Groups are tried one after the other: 0 for the model's own targets, then one for each model to fall back to. */
  readonly group: number;
  /** Tried only after a failure of this class. */
  readonly onlyAfter?: Target['onlyAfter'];
  /** What is known of it now. */
  readonly state: TargetState | undefined;
  /** What must be met besides what the whole request must meet: of the model it belongs to, where that is another one. */
  readonly further?: Constraints | undefined;
  /** What orders its group, where that is another strategy than the one that is considered. */
  readonly strategy?: Strategy | undefined;
}

/** What policies ask of a target. */
export interface Constraints {
  /** Every one of them must be met. */
  readonly requirements: readonly Requirements[];
  /** A target must have one tag of every list. */
  readonly onlyTags: readonly (readonly string[])[];
}

/** What is seen of the state of some candidate, so that nobody has to look through all of them for what is rare. */
export interface LiveSigns {
  /** A pause that its provider asked for, or a breaker that is not closed. */
  isUnwell: boolean;
  /** Failures. */
  isFailing: boolean;
}

/** The model that an `auto` model did not choose, and what orders its targets where its own way says nothing else. */
export interface OtherModel {
  readonly name: string;
  readonly sort: Sort | undefined;
  readonly strategy: Strategy | undefined;
}

/** A refusal that no target could change: by a rule, or of a model that the caller may not use. */
export interface Refusal {
  readonly code: RefusalCode;
  /** Stands in the record as the filter of every candidate. */
  readonly filter: string;
  /** One sentence to the caller. */
  readonly message: string;
}

/** All that filters and strategies look at besides the candidate. */
export interface Consideration extends Constraints {
  readonly facts: Facts;
  readonly table: RoutingTable;
  readonly live: LiveState;
  /** The model that the caller named. */
  readonly asked: ModelEntry;
  /** The model whose targets come first: the one that was asked for, or the one that rules led to. */
  readonly model: ModelEntry;
  /** The caller's own, with providers in lower case; without what policy does not follow. */
  readonly wishes: Wishes;
  /** Of `model`. */
  readonly policy: RoutingPolicy;
  /** What the caller wishes the model asked for to be sorted by: in a field, else by the suffix of the name. */
  readonly sort: Sort | undefined;
  /** Of the targets of `model`: its own, or the one that a rule or a wish puts in its place. */
  readonly strategy: Strategy;
  /** Models whose targets are tried right after those of `model`: the other one of an `auto` model. */
  readonly others: readonly OtherModel[];
  /** Whether models besides `model` come into question, whose targets may have to meet more. */
  readonly hasOtherModels: boolean;
  /** Whose policies of privacy bind it, for the record. */
  readonly privacy: readonly string[];
  /** The rules that held on the way from `asked` to `model`, by name. */
  readonly rule: string | undefined;
  /** Why nothing may be called at all. */
  readonly refusal: Refusal | undefined;
  /** What was seen of the candidates' state when they were gathered. */
  readonly signs: LiveSigns;
  /** Numbers in [0, 1), the same for the same request. */
  readonly random: () => number;
}

/** Leaves candidates out. `applies` is asked once for each decision, `reasonAgainst` for each candidate. */
export interface Filter {
  /** Stands in the record and in errors; a stable word. */
  readonly name: string;
  applies(consideration: Consideration): boolean;
  /** One clause such as "its region us is not among eu"; undefined where the candidate may stay. */
  reasonAgainst(candidacy: Candidacy, consideration: Consideration): string | undefined;
}

/** How a strategy orders the candidates of one group, one value of each for each candidate at the same index. */
export interface Ordering {
  /** Lower is tried earlier. Infinity where the strategy knows nothing of a candidate, -Infinity where it is to be explored. */
  readonly keys: Float64Array;
  /** Lower is tried earlier among equal keys. */
  readonly draws: Float64Array;
  /** Whether keys that are finite go on record. */
  readonly isScored: boolean;
  /** In plain words, with the figures; made only for what is planned, since most of many candidates are not. */
  readonly reasonOf: (index: number) => string;
}

/** Orders the candidates of one group. */
export type Order = (candidacies: readonly Candidacy[], consideration: Consideration) => Ordering;

/** A candidate at its place in the order of trying. */
export interface Ranked {
  readonly candidacy: Candidacy;
  /** What the strategy ordered by; lower is tried earlier. */
  readonly score: number | undefined;
  readonly reasonOf: () => string;
}
