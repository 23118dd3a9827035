import { describe, expect, it } from '@jest/globals';
import { storableText } from './storable-text.js';

describe('text for Postgres', () => {
  it('keeps what can be stored', () => {
    expect(storableText('gpt-4.1 \u{1F600} é')).toBe('gpt-4.1 \u{1F600} é');
  });

  it('replaces NUL and halves of surrogate pairs', () => {
    expect(storableText('a\0b\uD83Dc')).toBe('a\uFFFDb\uFFFDc');
  });
});
