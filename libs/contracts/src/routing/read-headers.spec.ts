import { describe, expect, it } from '@jest/globals';
import { readFacts, readSlip } from './read-headers.js';

const facts = { requestId: 'req_0123456789', organization: 'demo', lane: 'interactive', model: 'fast' };
const slip = { targets: [{ provider: 'toy' }], position: 0, attempts: [], decision: {} };

describe('facts and plans in headers', () => {
  it('come back as they were written', () => {
    expect(readFacts(JSON.stringify(facts))).toEqual(facts);
    expect(readSlip(JSON.stringify(slip))).toEqual(slip);
  });

  it.each(['null', '[]', '1', '"x"', '{}', JSON.stringify({ ...facts, requestId: 1 })])('are not %s', (text) => {
    expect(() => readFacts(text)).toThrow(RangeError);
    expect(() => readSlip(text)).toThrow(RangeError);
  });

  it.each([{ position: 1 }, { position: 'constructor' }, { targets: {} }, { attempts: null }, { decision: null }])(
    'are no plan with %j',
    (change) => {
      expect(() => readSlip(JSON.stringify({ ...slip, ...change }))).toThrow(RangeError);
    },
  );

  it('that are no JSON are told apart', () => {
    expect(() => readFacts('{')).toThrow(SyntaxError);
  });
});
