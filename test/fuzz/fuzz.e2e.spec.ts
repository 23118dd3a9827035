import { describe, expect, it } from '@jest/globals';

import { newSeed } from '../faults/seeded-random.js';
import { runFuzz } from './run-fuzz.js';

const SECONDS = 20;

describe('a whole Switchyard that is sent anything', () => {
  it(`breaks nowhere and always says why, in ${SECONDS} seconds over every route and subject`, async () => {
    const seed = newSeed();
    const { findings, routes, subjects } = await runFuzz({ seed, seconds: SECONDS });
    expect({ seed, found: [...findings.found.values()] }).toEqual({ seed, found: [] });
    expect(routes).toBeGreaterThan(100);
    expect(subjects).toBeGreaterThan(100);
    expect(findings.attempts).toBeGreaterThan(routes + subjects);
  }, 120_000);
});
