import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import { evaluateDifficulty } from '../evaluation/evaluate-difficulty.js';
import { measureDecisionTime } from '../evaluation/measure-decision-time.js';
import { AUTO_LEVELS } from '../model/auto-levels.js';
import { crossValidate } from '../training/cross-validate.js';
import { defaultDifficultyModel } from './default-difficulty-model.js';
import { DEFAULT_WEIGHTS } from './default-weights.js';
import { readRoutingRows } from './routing-rows.js';

const TARGETS = { mmlu: 0.7, gsm8k: 0.66 };
/** Of MMLU one row in so many; all of them, in five folds: `switchyard router evaluate --cross-validate`, see the model card. */
const THINNED = 8;
/** Learned from half of a few rows, so far less than what the model card tells of all of them. */
const FLOORS = { mmlu: 0.58, gsm8k: 0.6 };
const WARM_UP_DECISIONS = 60;
const LARGEST_BYTES = 750_000;
const TRAINING_MILLISECONDS = 120_000;

const model = defaultDifficultyModel();

describe('the default model', () => {
  it('gives any text a score from 0 to 1, always the same', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 4_000 }), (prompt) => {
        const score = model.score(prompt);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        expect(model.score(prompt)).toBe(score);
      }),
      { numRuns: 50 },
    );
  });

  it('takes no longer for a book than for a page', () => {
    const page = 'What is "the law of £3.50", or so? '.repeat(90);
    const ofAPage = measureDecisionTime(
      model,
      Array.from({ length: 25 }, () => page),
      WARM_UP_DECISIONS,
    );
    const ofABook = measureDecisionTime(
      model,
      Array.from({ length: 25 }, () => page.repeat(1_000)),
      WARM_UP_DECISIONS,
    );

    // A thousand times the text; the allowance is for a machine that is busy with other things.
    expect(ofABook.medianMicroseconds).toBeLessThan(20 * ofAPage.medianMicroseconds);
  });

  it('reached its targets in cross-validation', () => {
    expect(model.facts.apgr['mmlu']).toBeGreaterThanOrEqual(TARGETS.mmlu);
    expect(model.facts.apgr['gsm8k']).toBeGreaterThanOrEqual(TARGETS.gsm8k);
    expect(Object.keys(model.facts.levels)).toEqual(Object.keys(AUTO_LEVELS));
  });

  it('is small', () => {
    expect(DEFAULT_WEIGHTS.length).toBeLessThan(LARGEST_BYTES);
  });

  it('is told of in its card as it is', () => {
    const page = readFileSync(new URL('../../../../docs/model-card-difficulty.md', import.meta.url), 'utf8');
    const card = page.replaceAll(/ +/g, ' ');

    for (const { strongShare, recovered } of Object.values(model.facts.levels))
      expect(card).toContain(`| ${Math.round(100 * strongShare)} % | ${Math.round(100 * recovered!)} % |`);
  });
});

const DATA = new URL('../../../../../shared/data/routing/train.jsonl', import.meta.url);
const withData = existsSync(DATA) ? describe : describe.skip;

withData('the default model on its data (skipped where ../shared/data is not there)', () => {
  const rows = existsSync(DATA) ? readRoutingRows(readFileSync(DATA, 'utf8')) : [];

  it('reports what it is worth on unseen prompts, not how well it fits those it was trained on', () => {
    const some = rows.filter((_, row) => row % THINNED === 0);
    const fit = evaluateDifficulty(model, some).perGroup;

    expect(fit['mmlu']!.apgr).toBeGreaterThan(model.facts.apgr['mmlu']! + 0.05);
    expect(fit['gsm8k']!.apgr).toBeGreaterThan(model.facts.apgr['gsm8k']! + 0.02);
  });

  it(
    'finds unseen prompts that need the strong model, whichever half it is trained on',
    () => {
      const some = rows.filter(({ group }, row) => group === 'gsm8k' || row % THINNED === 0);
      const { perGroup } = crossValidate(some, { folds: 2, seed: 11 }).report;

      expect(perGroup['mmlu']!.apgr).toBeGreaterThan(FLOORS.mmlu);
      expect(perGroup['gsm8k']!.apgr).toBeGreaterThan(FLOORS.gsm8k);
    },
    TRAINING_MILLISECONDS,
  );
});
