import { describe, expect, it } from '@jest/globals';
import { assert, nat, property, string } from 'fast-check';
import { estimatePromptTokens } from './estimate-prompt-tokens.js';

const encoder = new TextEncoder();
const estimate = (text: string): number => {
  const body = encoder.encode(text);
  return estimatePromptTokens(body, [[0, body.length], undefined]);
};

describe('the estimate of a prompt', () => {
  it('is a token for every four bytes of a short one', () => {
    expect(estimate('x'.repeat(400))).toBe(100);
    expect(estimate('')).toBe(0);
  });

  it('is a token for every four characters of a long one, however they are encoded', () => {
    const words = 'a word or two of text. '.repeat(4_000);
    expect(estimate(words)).toBeCloseTo(words.length / 4, -1);
    for (const word of ['слово ', '\\u0441\\u043b\\u043e\\u0432\\u043e ', '"слово"']) {
      const tokens = estimate(word.repeat(4_000));
      expect(tokens).toBeGreaterThan(5_700);
      expect(tokens).toBeLessThan(7_300);
    }
  });

  it('does not take a file for text', () => {
    const image = `{"url":"data:image/png;base64,${'iVBORw0KGgoAAAANSUhEUg+/'.repeat(40_000)}"}`;
    const prompt = `[${image},"${'what is on these? '.repeat(1_000)}",${image}]`;
    expect(estimate(prompt)).toBeGreaterThan(2_000 + 18_000 / 4);
    expect(estimate(prompt)).toBeLessThan(2_000 + 20_000 / 4);
  });

  it('counts each piece that is no text for a file, whether its bytes are here or behind an address', () => {
    const image = `"data:image/png;base64,${'iVBORw0KGgoAAAANSUhEUg+/'.repeat(40_000)}"`;
    const body = encoder.encode(`[${image},"https://images.example/1.png"]`);
    const tokens = estimatePromptTokens(body, [[0, body.length]], 2);
    expect(tokens).toBeGreaterThanOrEqual(2_000);
    expect(tokens).toBeLessThan(2_050);
  });

  it.each(['x', 'word ', 'what is on these? '])('does not take %j over and over for a file', (text) => {
    const repeated = text.repeat(100_000);
    expect(estimate(repeated)).toBeCloseTo(repeated.length / 4, -1);
  });

  it('ends with the span, whatever follows', () => {
    const body = encoder.encode(`"${'JVBERi0xLjcKJeLjz9MK'.repeat(1_000)}${'x '.repeat(20_000)}"`);
    expect(estimatePromptTokens(body, [[0, 20_000]])).toBeLessThan(1_010);
  });

  it('is never negative and never more than four bytes allow, besides files', () => {
    assert(
      property(string({ unit: 'binary', minLength: 0, maxLength: 40 }), nat({ max: 2_000 }), (part, times) => {
        const body = encoder.encode(JSON.stringify(part.repeat(times)));
        const tokens = estimatePromptTokens(body, [[0, body.length]]);
        return tokens >= 0 && tokens <= body.length / 4 + 1_001;
      }),
    );
  });
});
