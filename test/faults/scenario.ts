import type { FaultGround, GroundOptions } from './ground/fault-ground.js';
import type { ApiClient } from './load/api-client.js';
import type { Journal } from './load/journal.js';
import type { SeededRandom } from './seeded-random.js';

/** A figure of a summary, under its name. */
export type Figures = Record<string, number | string>;

/** What a scenario works with while it runs. */
export interface ScenarioRun {
  readonly ground: FaultGround;
  readonly random: SeededRandom;
  /** How large it is to be: lines of a batch, or whatever it counts. */
  readonly lines: number;
  readonly client: ApiClient;
  readonly journal: Journal;
  readonly figures: Figures;
  /** Shown as progress. */
  readonly say: (text: string) => void;
  /** Notes what did not hold; the run goes on, and fails at its end. */
  readonly expect: (holds: boolean, otherwise: string) => void;
  /** Messages that the scenario means to have buried. */
  expectedDeadLetters: number;
  /** Calls that may be made again, because they were under way at a strike; as many as will where it says nothing. */
  mostExtraCalls: number | undefined;
}

/** One entry of the catalogue. */
export interface Scenario {
  readonly name: string;
  readonly says: string;
  readonly ground?: GroundOptions;
  readonly run: (run: ScenarioRun) => Promise<void>;
}
