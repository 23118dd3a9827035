import { describe, expect, it } from '@jest/globals';
import { unknownName, type PausableNames } from './unknown-name.policy.js';

const named = (name: string) => ({ name });
const configuration = {
  providers: [named('main'), named('toy')],
  models: [named('gpt-small')],
  organizations: [{ name: 'acme', projects: [named('web')] }],
} as unknown as PausableNames;

describe('what is to be paused', () => {
  it('is known by its name in the configuration', () => {
    expect(unknownName('all', '', configuration)).toBeUndefined();
    expect(unknownName('provider', 'toy', configuration)).toBeUndefined();
    expect(unknownName('model', 'gpt-small', configuration)).toBeUndefined();
    expect(unknownName('project', 'acme/web', configuration)).toBeUndefined();
  });

  it('is refused where it is misspelt, with what there is', () => {
    expect(unknownName('provider', 'mian', configuration)).toBe(
      "There is no provider 'mian' in the configuration. There is: main, toy.",
    );
    expect(unknownName('project', 'web', configuration)).toContain('There is: acme/web.');
    expect(unknownName('model', 'x', { ...configuration, models: [] })).toContain('There is: none.');
  });

  it('does not list hundreds of names', () => {
    const models = Array.from({ length: 30 }, (_, index) => named(`m${index}`)) as unknown as PausableNames['models'];
    expect(unknownName('model', 'x', { ...configuration, models })).toMatch(/m19 …$/);
  });
});
