import type { Scenario } from './scenario.js';
import { PROCESS_FAULTS } from './scenarios/process-faults.js';

/** Every scenario, in the order in which `all` runs them. */
export const CATALOGUE: readonly Scenario[] = [...PROCESS_FAULTS];
