import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultDifficultyModel } from '#libs/difficulty';
import type { Settings } from '#libs/runtime';
import { PromptDifficulty } from './prompt-difficulty.js';

const PROMPT = 'Prove that there are infinitely many primes.';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-difficulty-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function difficultyBy(difficultyModel: string | undefined): PromptDifficulty {
  return new PromptDifficulty({ difficultyModel } as Settings);
}

describe('the difficulty of prompts', () => {
  it('is told by the built-in model, or by that of the file', () => {
    const file = join(folder, 'own.bin');
    writeFileSync(file, defaultDifficultyModel().toBytes());

    expect(difficultyBy(undefined).of(PROMPT)).toBe(defaultDifficultyModel().score(PROMPT));
    expect(difficultyBy(file).of(PROMPT)).toBeCloseTo(defaultDifficultyModel().score(PROMPT), 1);
  });

  it('refuses a file that is no model, with the variable, the reason and the remedy', () => {
    const file = join(folder, 'wrong.bin');
    writeFileSync(file, 'no model at all');

    expect(() => difficultyBy(file)).toThrow(
      /SWITCHYARD_DIFFICULTY_MODEL names .*wrong\.bin.*no difficulty model.*router train/,
    );
    expect(() => difficultyBy(join(folder, 'none.bin'))).toThrow(/ENOENT/);
  });
});
