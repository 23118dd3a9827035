import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { RecordedAnswers } from '../text/recorded-answers.js';
import { countTokens } from '../text/tokens.js';
import { readChatRequest } from './chat-request.js';
import { NATURAL_LENGTH, simulate } from './simulate.js';

function request(fields: Record<string, unknown> = {}, prompt = 'Tell me about the harbor.') {
  return readChatRequest('sim-small', { messages: [{ role: 'user', content: prompt }], ...fields });
}

const textOf = (answer: ReturnType<typeof simulate>, index = 0): string => answer.choices[index]!.tokens.join('');

describe('simulate', () => {
  it('gives the same answer to the same request and another to another prompt, model or seed', () => {
    const answer = simulate(request());
    expect(simulate(request())).toEqual(answer);
    const others = [
      simulate(request({}, 'Tell me about the harbor!')),
      simulate({ ...request(), model: 'sim-large' }),
      simulate(request({ seed: 7 })),
    ];
    expect(new Set([answer, ...others].map((other) => textOf(other))).size).toBe(4);
    expect(new Set([answer, ...others].map((other) => other.id)).size).toBe(4);
  });

  it('keeps its words from release to release', () => {
    expect(textOf(simulate(request(), { outputTokens: 12 }))).toMatchInlineSnapshot(
      `"Draw color east book ask begin. Course board bridge field back"`,
    );
  });

  it('counts the text of every message and of every choice', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: 'x' } },
        ],
      },
      { role: 'assistant', content: null },
    ];
    const answer = simulate(request({ messages, n: 3 }), { outputTokens: 20 });
    expect(answer.usage).toEqual({ promptTokens: 7, completionTokens: 60 });
    expect(new Set([0, 1, 2].map((index) => textOf(answer, index))).size).toBe(3);
  });

  it('counts exactly the tokens of its text, within the natural length', () => {
    fc.assert(
      fc.property(fc.string(), (prompt) => {
        const { usage, choices } = simulate(request({}, prompt));
        expect(countTokens(choices[0]!.tokens.join(''))).toBe(usage.completionTokens);
        expect(usage.promptTokens).toBe(countTokens(prompt));
        expect(usage.completionTokens).toBeGreaterThanOrEqual(NATURAL_LENGTH.shortestTokens);
        expect(usage.completionTokens).toBeLessThanOrEqual(NATURAL_LENGTH.longestTokens);
      }),
    );
  });

  it('ends with "length" at the limit and with "stop" when it just fits', () => {
    for (const field of ['max_tokens', 'max_completion_tokens']) {
      const cut = simulate(request({ [field]: 5 }), { outputTokens: 6 });
      expect([cut.usage.completionTokens, cut.choices[0]!.finishReason]).toEqual([5, 'length']);
      const fits = simulate(request({ [field]: 6 }), { outputTokens: 6 });
      expect([fits.usage.completionTokens, fits.choices[0]!.finishReason]).toEqual([6, 'stop']);
    }
  });

  it('stops before the first stop text, even within a token, and counts what is left', () => {
    const whole = textOf(simulate(request(), { outputTokens: 30 }));
    const stop = whole.slice(40, 46);
    const answer = simulate(request({ stop: ['never there', stop] }), { outputTokens: 30 });
    expect(textOf(answer)).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(answer.usage.completionTokens).toBe(countTokens(textOf(answer)));
    expect(answer.choices[0]!.finishReason).toBe('stop');
  });

  it('replays the recorded answer to the last user message and generates where there is none', () => {
    const recordings = RecordedAnswers.parse('{"prompt":"Six times seven?","model_a":" It is 42.\\n"}', 'model_a');
    const answer = simulate(request({}, 'Six times seven?'), { recordings });
    expect(textOf(answer)).toBe(' It is 42.\n');
    expect(answer.usage.completionTokens).toBe(5);
    expect(textOf(simulate(request({ max_tokens: 2 }, 'Six times seven?'), { recordings }))).toBe(' It is');
    expect(simulate(request(), { recordings })).toEqual(simulate(request()));
  });
});

describe('readChatRequest', () => {
  it.each([
    [[], null],
    [{ messages: [] }, 'messages'],
    [{ messages: ['hello'] }, 'messages[0]'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: 'x' }], max_tokens: 0 }, 'max_tokens'],
    [{ messages: [{ role: 'user', content: 'x' }], max_completion_tokens: '5' }, 'max_completion_tokens'],
    [{ messages: [{ role: 'user', content: 'x' }], n: 129 }, 'n'],
    [{ messages: [{ role: 'user', content: 'x' }], stop: [5] }, 'stop'],
  ])('refuses %j and names what is wrong', (body, parameter) => {
    expect(() => readChatRequest('sim-small', body)).toThrow(expect.objectContaining({ parameter }));
  });
});
