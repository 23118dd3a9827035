import { describe, expect, it } from '@jest/globals';
import { moderationsDialect } from './moderations-dialect.js';

const sent = (text: string): string => {
  const body = Buffer.from(text);
  return Buffer.from(moderationsDialect.providerBody(body, moderationsDialect.readFacts(body), 'guard')).toString();
};

describe('moderationsDialect', () => {
  it('takes a request that names no model for one of the usual model, and names the provider’s', () => {
    expect(moderationsDialect.readFacts(Buffer.from(' {"input":"x"}'))).toMatchObject({
      operation: 'moderation',
      model: 'omni-moderation-latest',
      spans: { model: [2, 2] },
    });
    expect(sent(' {"input":"x"}')).toBe(' {"model":"guard","input":"x"}');
    expect(sent('{"input":["x"],"model":null}')).toBe('{"input":["x"],"model":"guard"}');
    expect(sent('{"input":[{"type":"text","text":"x"}],"model":"m"}')).toBe(
      '{"input":[{"type":"text","text":"x"}],"model":"guard"}',
    );
  });

  it('reads an answer and refuses what is none', () => {
    const read = (value: unknown) =>
      moderationsDialect.readAnswer(Buffer.from(JSON.stringify(value)), 'application/json');
    expect(read({ id: 'modr-1', results: [{ flagged: false }] })).toEqual({ upstreamId: 'modr-1', characters: 0 });
    expect(read({ id: 'modr-1', results: [{ flagged: 'no' }] })).toBeUndefined();
    expect(read({ id: 'modr-1', results: [] })).toBeUndefined();
  });
});
