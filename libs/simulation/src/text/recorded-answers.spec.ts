import { describe, expect, it } from '@jest/globals';
import { RecordedAnswers, RecordingsError } from './recorded-answers.js';

const LINES = [
  JSON.stringify({ prompt: 'How many legs has a spider?', first_model: 'Eight.', second_model: ' It has 8 legs.\n' }),
  '',
  JSON.stringify({ prompt: 'Name a colour. ', first_model: 'Red.', second_model: 'Blue.' }),
].join('\n');

describe('RecordedAnswers', () => {
  it('answers from the chosen field, whatever the white space around the prompt', () => {
    const recordings = RecordedAnswers.parse(LINES, 'second_model');
    expect(recordings.size).toBe(2);
    expect(recordings.answerTo('  How many legs has a spider?\n')).toBe(' It has 8 legs.\n');
    expect(recordings.answerTo('Name a colour.')).toBe('Blue.');
    expect(recordings.answerTo('Name a color.')).toBeUndefined();
  });

  it('names the line and the field it cannot read', () => {
    expect(() => RecordedAnswers.parse(LINES, 'third_model', 'a.jsonl')).toThrow(
      new RecordingsError(
        'Line 1 of a.jsonl has no text in the field "third_model" (fields there: prompt, first_model, second_model).',
      ),
    );
    expect(() => RecordedAnswers.parse(`${LINES}\n{oops`, 'first_model', 'a.jsonl')).toThrow(
      /Line 4 of a\.jsonl is not JSON/,
    );
    expect(() => RecordedAnswers.parse('[]', 'first_model')).toThrow(/field "prompt" \(fields there: none\)/);
  });

  it('says which file it cannot read', async () => {
    await expect(RecordedAnswers.load('/nowhere/answers.jsonl', 'first_model')).rejects.toThrow(
      /\/nowhere\/answers\.jsonl cannot be read/,
    );
  });
});
