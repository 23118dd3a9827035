import { describe, expect, it } from '@jest/globals';
import { continuationStyles } from './continuation-styles.policy.js';

describe('continuationStyles', () => {
  it.each([
    'claude-3-5-sonnet-latest',
    'claude-3-haiku-20240307',
    'anthropic.claude-v2:1',
    'claude-opus-4-20250514',
    'claude-sonnet-4@20250514',
    'anthropic/claude-opus-4.1',
    'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'claude-haiku-4-5',
  ])('begins the message of the assistant for %s, and asks where that is refused', (model) => {
    expect(continuationStyles({ model })).toEqual(['prefill', 'instruction']);
  });

  it.each(['claude-opus-4-6', 'us.anthropic.claude-opus-4-6-v1', 'claude-sonnet-5', 'claude-opus-4.8', 'gpt-4.1', 'm'])(
    'asks %s for the rest',
    (model) => expect(continuationStyles({ model })).toEqual(['instruction']),
  );
});
