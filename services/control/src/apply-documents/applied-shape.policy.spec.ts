import { describe, expect, it } from '@jest/globals';

import { misshapenPart } from './applied-shape.policy.js';

describe('a text that is to be applied', () => {
  it.each([{ version: 1 }, { providers: { up: {} }, models: [{ name: 'small' }] }, { organizations: [] }])(
    'may be %j',
    (value) => expect(misshapenPart(value)).toBeUndefined(),
  );

  it.each([
    [null, '', 'must be a set of fields, not empty'],
    ['version 1', '', 'must be a set of fields, not text'],
    [['version'], '', 'must be a set of fields, not a list'],
    [{}, '', 'there are no fields; write at least "version: 1"'],
    [{ organizations: null }, 'organizations', 'must be a list, not empty'],
    [{ organizations: { acme: {} } }, 'organizations', 'must be a list, not a set of fields'],
    [{ plans: [{ nam: 'team' }] }, 'plans.0.name', 'is missing; it must be text'],
    [{ organizations: [{ name: 'acme', projects: [{ name: 7 }] }] }, 'organizations.0.projects.0.name', 'must be text'],
    [
      { organizations: [{ name: 'acme', members: [{ mail: 'a@b.example' }] }] },
      'organizations.0.members.0.email',
      'is',
    ],
    [{ providers: ['up'] }, 'providers', 'must be a set of named entries, not a list'],
    [{ version: 1, breaker: {} }, 'breaker', 'is of the whole installation'],
  ])('may not be %j', (value, path, reason) => {
    const found = misshapenPart(value);
    expect(found?.path.join('.')).toBe(path);
    expect(found?.reason).toContain(reason);
  });
});
