import { describe, expect, it } from '@jest/globals';
import { sentenceOf } from './losses.js';

describe('sentenceOf', () => {
  it('names a setting as callers do', () => {
    expect(sentenceOf({ type: 'unsupported', feature: 'topK' })).toBe("'top_k' is not supported by the model.");
    expect(sentenceOf({ type: 'unsupported', feature: 'seed' })).toBe("'seed' is not supported by the model.");
  });

  it('names it so in the details too', () => {
    const warning = {
      type: 'compatibility',
      feature: 'maxOutputTokens',
      details: 'Limited to 4096. Set maxOutputTokens explicitly.',
    } as const;
    expect(sentenceOf(warning)).toBe(
      "'max_tokens or max_output_tokens' is only approximated by the model: " +
        'Limited to 4096. Set max_tokens or max_output_tokens explicitly.',
    );
  });

  it('passes on what is told in words of its own', () => {
    expect(sentenceOf({ type: 'other', message: 'No thoughts today.' })).toBe('No thoughts today.');
  });
});
