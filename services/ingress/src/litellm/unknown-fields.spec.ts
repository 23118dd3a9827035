import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { unknownTo } from './unknown-fields.js';

const team = z.looseObject({ team_alias: z.string() });

describe('fields that LiteLLM has and nothing here', () => {
  it('are named in the answer, and nothing is where all are known', () => {
    expect(unknownTo(team, { team_alias: 'web', metadata: { of: 'a script' } })).toEqual({
      ignored_fields: ['metadata'],
    });
    expect(unknownTo(team, { team_alias: 'web' })).toEqual({});
  });

  it.each([
    ['models', ['small']],
    ['duration', '1h'],
    ['soft_budget', 1],
    ['blocked', true],
    ['object_permission', { vector_stores: ['one'] }],
  ])('are refused where to ignore them would allow more: %s', (name, value) => {
    expect(() => unknownTo(team, { team_alias: 'web', [name]: value })).toThrow(
      expect.objectContaining({ status: 400, param: name }),
    );
  });

  it('are ignored where they bound nothing', () => {
    expect(unknownTo(team, { team_alias: 'web', models: [], blocked: false })).toEqual({
      ignored_fields: ['models', 'blocked'],
    });
  });
});
