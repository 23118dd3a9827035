import { beforeAll, describe, expect, it } from '@jest/globals';
import { evaluateDifficulty } from '../evaluation/evaluate-difficulty.js';
import type { DifficultyReport } from '../evaluation/evaluate-scores.js';
import { AUTO_LEVELS } from '../model/auto-levels.js';
import type { DifficultyModel } from '../model/difficulty-model.js';
import { crossValidate } from './cross-validate.js';
import { madeUpPrompts } from './made-up-prompts.fixture.js';
import { TooFewRows } from './too-few-rows.error.js';
import { trainDifficulty } from './train-difficulty.js';

// Knowing for certain which of them ask for a proof would recover 0.72 on average.
const ROWS = madeUpPrompts(260);

describe('a trained model', () => {
  const progress: number[] = [];
  let model: DifficultyModel;
  let found: DifficultyReport | undefined;

  beforeAll(() => {
    const onReport = (report: DifficultyReport): void => void (found = report);
    const onProgress = (done: number): void => void progress.push(done);
    model = trainDifficulty(ROWS, { seed: 3, folds: 2, onProgress, onReport });
  });

  it('finds what makes prompts hard, on prompts that it has not seen too', () => {
    expect(model.facts.apgr['made up']).toBeGreaterThan(0.65);
    expect(model.score('Prove by induction that claim 999 about whales.')).toBeGreaterThan(
      model.score('Name 999 well known whales.'),
    );
  });

  it('comes with what the cross-validation found', () => {
    expect(found?.perGroup['made up']?.apgr).toBe(model.facts.apgr['made up']);
    expect(found?.prompts).toBe(ROWS.length);
  });

  it('tells how far the training is', () => {
    expect(progress).toEqual(progress.toSorted((left, right) => left - right));
    for (const share of [1 / 3, 2 / 3, 1]) expect(progress).toContainEqual(expect.closeTo(share));
  });

  it('is the same for the same rows and seed', () => {
    expect(trainDifficulty(ROWS, { seed: 3, folds: 2 }).toBytes()).toEqual(model.toBytes());
  });

  it('is calibrated: a threshold of t sends about 1 − t of like prompts to the strong model', () => {
    const hard = madeUpPrompts(260).filter(({ prompt }) => model.score(prompt) >= 0.6);

    expect(hard.length / ROWS.length).toBeGreaterThan(0.3);
    expect(hard.length / ROWS.length).toBeLessThan(0.5);
  });

  it('says what each auto level recovered of the gap', () => {
    const { cheap, balanced, best } = model.facts.levels;

    expect(cheap).toMatchObject({ threshold: AUTO_LEVELS.cheap, strongShare: 0.2 });
    expect(balanced!.recovered).toBeGreaterThan(cheap!.recovered!);
    expect(best!.recovered).toBeGreaterThanOrEqual(balanced!.recovered!);
  });

  it('is reported on by group and by range of scores', () => {
    const report = evaluateDifficulty(model, ROWS);

    expect(Object.keys(report.perGroup)).toEqual(['made up']);
    expect(report.prompts).toBe(ROWS.length);
    expect(report.calibration.reduce((sum, { prompts }) => sum + prompts, 0)).toBe(ROWS.length);
    expect(report.calibration[0]!.weakQuality).toBeGreaterThan(report.calibration[9]!.weakQuality);
    expect(report.shareForPgr['0.5']).toBeLessThan(0.5);
  });
});

describe('training', () => {
  it('takes scores of the weak model alone, the strong one being held perfect', () => {
    const scored = ROWS.map(({ prompt, weak }) => ({ prompt, score: Number(weak) }));

    expect(crossValidate(scored, { folds: 2, seed: 3 }).report.apgr).toBeGreaterThan(0.65);
  });

  it('keeps equal prompts in one fold, so that none is judged by what was learned of its twin', () => {
    const noise = ROWS.slice(0, 120).map(({ prompt }, row) => ({
      prompt: `Say ${prompt.length} ${row}`,
      score: row % 2,
    }));
    const { report } = crossValidate([...noise, ...noise], { folds: 2, seed: 3 });

    expect(report.apgr).toBeLessThan(0.65);
  });

  it('refuses too few rows', () => {
    expect(() => trainDifficulty(ROWS.slice(0, 99))).toThrow(TooFewRows);
    expect(() => crossValidate(ROWS.slice(0, 99), { folds: 2, seed: 3 })).toThrow(TooFewRows);
  });
});
