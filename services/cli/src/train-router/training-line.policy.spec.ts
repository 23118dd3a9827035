import { describe, expect, it } from '@jest/globals';
import { CliError } from '../cli.error.js';
import { readTrainingLine } from './training-line.policy.js';

const read = (text: string) => readTrainingLine({ line: 7, text });

describe('a line to learn from', () => {
  it.each([
    ['{"prompt":"a","weak":false,"strong":1}', { prompt: 'a', weak: false, strong: 1 }],
    [
      '{"prompt":"a","score":0.4,"group":"support","topic":"refunds"}',
      { score: 0.4, group: 'support', topic: 'refunds' },
    ],
    ['{"prompt":"a","request_id":"req_1","other":[]}', { prompt: 'a', requestId: 'req_1' }],
    ['{"prompt":"a","score":1,"request_id":"req_1"}', { prompt: 'a', score: 1 }],
    ['{"prompt":"a","score":1,"benchmark":"mmlu","subject":"law"}', { group: 'mmlu', topic: 'law' }],
  ])('is read from %s', (text, row) => {
    expect(read(text)).toMatchObject(row);
  });

  it.each([
    ['nonsense', 'Line 7 is not JSON'],
    ['[1]', 'Line 7 is not a JSON object'],
    ['{"weak":true,"strong":true}', 'Line 7 has a wrong "prompt": must be a text'],
    ['{"prompt":"a","weak":2,"strong":true}', 'Line 7 has a wrong "weak": must be true, false or a number from 0 to 1'],
    ['{"prompt":"a","weak":true}', 'one of "weak" and "strong" without the other'],
    ['{"prompt":"a","score":7}', 'Line 7 has a wrong "score": must be a number from 0 to 1'],
    ['{"prompt":"a"}', 'Line 7 has no label and no "request_id"'],
  ])('is refused by its number: %s', (text, message) => {
    expect(() => read(text)).toThrow(CliError);
    expect(() => read(text)).toThrow(message);
  });
});
