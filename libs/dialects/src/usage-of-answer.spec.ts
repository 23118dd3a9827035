import { describe, expect, it } from '@jest/globals';
import { usageOfAnswer } from './usage-of-answer.js';

const told = { promptTokens: 7, completionTokens: 3 };
const none = { promptTokens: 0, completionTokens: 0 };

describe('what an answer used', () => {
  it('is what the provider told', () => {
    const facts = { operation: 'chat', estimatedPromptTokens: 9 } as const;
    expect(usageOfAnswer({ usage: told, characters: 50 }, facts)).toEqual({ usage: told, usageBasis: 'provider' });
  });

  it('is estimated by the size of text where the provider told nothing', () => {
    const facts = { operation: 'chat', estimatedPromptTokens: 9 } as const;
    expect(usageOfAnswer({ characters: 50 }, facts)).toEqual({
      usage: { promptTokens: 9, completionTokens: 13 },
      usageBasis: 'estimate',
    });
  });

  it.each([
    ['speech', { characters: 12 }],
    ['transcription', { audioMilliseconds: 1_500 }],
    ['rerank', { searches: 1 }],
    ['image_generation', undefined],
  ] as const)('is never made-up tokens for %s', (operation, units) => {
    const facts = { operation, units, estimatedPromptTokens: 9 };
    expect(usageOfAnswer({ characters: 5 }, facts)).toEqual({ usage: { ...none, ...units }, usageBasis: 'estimate' });
  });

  it('is counted by the provider where that told its units, and else from the request', () => {
    const facts = { operation: 'transcription', units: { audioMilliseconds: 900 }, estimatedPromptTokens: 9 } as const;
    const length = { ...none, audioMilliseconds: 1_200 };
    expect(usageOfAnswer({ usage: length, characters: 5 }, facts)).toEqual({ usage: length, usageBasis: 'provider' });
    expect(usageOfAnswer({ usage: told, characters: 5 }, facts)).toEqual({
      usage: { ...told, audioMilliseconds: 900 },
      usageBasis: 'provider',
    });
  });

  it.each([
    ['transcription', { audioMilliseconds: 900 }, { audioMilliseconds: 0 }],
    ['rerank', { searches: 2 }, { searches: 0 }],
  ] as const)('of %s is not nothing because a server tells zeros', (operation, units, zeros) => {
    const facts = { operation, units, estimatedPromptTokens: 9 };
    expect(usageOfAnswer({ usage: { ...none, ...zeros }, characters: 5 }, facts)).toEqual({
      usage: { ...none, ...units },
      usageBasis: 'estimate',
    });
    expect(usageOfAnswer({ usage: { ...told, ...zeros }, characters: 5 }, facts)).toEqual({
      usage: { ...told, ...units },
      usageBasis: 'provider',
    });
  });
});
