import type { ScenarioResult } from './run-scenario.js';

/** Whether everything held. */
export function hasPassed({ failures, violations }: ScenarioResult): boolean {
  return failures.length === 0 && violations.length === 0;
}

/** The closing summary of one scenario, for people. */
export function renderSummary(result: ScenarioResult): string {
  const { scenario, seed, figures, failures, violations } = result;
  const width = Math.max(...Object.keys(figures).map((name) => name.length), 0);
  return [
    `── ${scenario}: ${hasPassed(result) ? 'held' : 'DID NOT HOLD'} (seed ${seed})`,
    ...Object.entries(figures).map(([name, value]) => `   ${name.padEnd(width)}  ${value}`),
    ...failures.map((failure) => `   ✗ ${failure}`),
    ...violations.map(
      ({ invariant, says, count, examples }) => `   ✗ ${invariant} (${says}): ${count}, such as ${examples.join(' ')}`,
    ),
  ].join('\n');
}
