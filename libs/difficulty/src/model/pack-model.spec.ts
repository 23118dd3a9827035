import { describe, expect, it } from '@jest/globals';
import { madeUpPrompts } from '../training/made-up-prompts.fixture.js';
import { trainDifficulty } from '../training/train-difficulty.js';
import { DifficultyModel } from './difficulty-model.js';
import { ArrayPacker, UnreadableModel } from './packed-arrays.js';

const ROWS = madeUpPrompts(120);
const model = trainDifficulty(ROWS, { folds: 2 });

describe('a packed model', () => {
  it('scores as the trained one does, but for the rounding', () => {
    const loaded = DifficultyModel.load(model.toBytes());

    expect(loaded.facts).toEqual(model.facts);
    const differences = ROWS.map(({ prompt }) => Math.abs(loaded.score(prompt) - model.score(prompt)));
    expect(differences.reduce((sum, difference) => sum + difference, 0) / ROWS.length).toBeLessThan(0.03);
  });

  it('is read from bytes that stand anywhere in memory', () => {
    const bytes = Buffer.concat([Buffer.from('abc'), model.toBytes()]).subarray(3);

    expect(DifficultyModel.load(bytes).score('Name 3 birds.')).toBe(
      DifficultyModel.load(model.toBytes()).score('Name 3 birds.'),
    );
  });

  it('holds no word of the prompts', () => {
    const text = Buffer.from(model.toBytes()).toString('latin1');

    for (const word of ['Prove', 'induction', 'rivers', 'trains', 'well known']) expect(text).not.toContain(word);
  });

  it.each([
    ['nothing', new Uint8Array(0), 'it is empty'],
    ['other bytes', new Uint8Array(64).fill(1), 'its header is not JSON'],
    ['a cut file', model.toBytes().subarray(0, -8), 'is cut short'],
    ['a model without its parts', new ArrayPacker().pack({}), 'its part "text.kept" is missing'],
  ])('refuses %s, saying why', (_, bytes, reason) => {
    expect(() => DifficultyModel.load(bytes)).toThrow(UnreadableModel);
    expect(() => DifficultyModel.load(bytes)).toThrow(reason);
  });
});
