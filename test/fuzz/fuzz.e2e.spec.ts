import { describe, expect, it } from '@jest/globals';

import { runFuzz } from './run-fuzz.js';

const SECONDS = 20;
/** One that is always the same; `npm run fuzz` draws others. */
const SEED = 7;

describe('a whole Switchyard that is sent anything', () => {
  it(`breaks nowhere and always says why, in ${SECONDS} seconds over every route and subject`, async () => {
    const { findings, routes, subjects } = await runFuzz({ seed: SEED, seconds: SECONDS });
    expect([...findings.found.values()]).toEqual([]);
    expect(routes).toBeGreaterThan(100);
    expect(subjects).toBeGreaterThan(100);
    // Both go round: each route and subject had its turn.
    expect(findings.placeCount).toBeGreaterThanOrEqual(routes + subjects);
  }, 120_000);
});
