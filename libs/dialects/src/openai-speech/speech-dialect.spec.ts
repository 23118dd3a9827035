import { describe, expect, it } from '@jest/globals';
import { speechDialect } from './speech-dialect.js';

const facts = (value: unknown): ReturnType<typeof speechDialect.readFacts> =>
  speechDialect.readFacts(Buffer.from(JSON.stringify(value)));

describe('speechDialect', () => {
  it('estimates the tokens of a request by its text', () => {
    expect(facts({ model: 'voice', input: 'x'.repeat(398), voice: 'alloy' })).toMatchObject({
      operation: 'speech',
      model: 'voice',
      estimatedPromptTokens: 100,
      units: { characters: 398, audioMilliseconds: 40_300 },
    });
    expect(facts({ model: 'voice', input: 'a😀', speed: 0.5 }).units).toEqual({
      characters: 2,
      audioMilliseconds: 1_700,
    });
    expect(facts({ model: 'voice', input: '17' }).units).toEqual({ characters: 2, audioMilliseconds: 1_300 });
  });

  it.each([
    [{ model: 'voice', voice: 'alloy' }, 'input'],
    [{ model: 'voice', input: 'x', stream_format: 'sse' }, 'stream_format'],
    [{ model: 'voice', input: 'x', speed: 9 }, 'speed'],
  ])('refuses %j and names the field', (value, param) => {
    expect(() => facts(value)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it('takes any bytes for audio but none at all and those that say that they are text', () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    expect(speechDialect.readAnswer(bytes, 'audio/mpeg')).toEqual({ characters: 0 });
    expect(speechDialect.readAnswer(Buffer.alloc(48_000), 'audio/pcm')).toEqual({
      characters: 0,
      usage: { promptTokens: 0, completionTokens: 0, audioMilliseconds: 1_000 },
    });
    expect(speechDialect.readAnswer(bytes, 'application/octet-stream')).toEqual({ characters: 0 });
    expect(speechDialect.readAnswer(Buffer.alloc(0), 'audio/mpeg')).toBeUndefined();
    expect(speechDialect.readAnswer(Buffer.from('<html>'), 'text/html; charset=utf-8')).toBeUndefined();
    expect(speechDialect.readAnswer(Buffer.from('{}'), 'application/json')).toBeUndefined();
  });
});
