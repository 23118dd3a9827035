import { describe, expect, it } from '@jest/globals';
import type { GuardEntry } from '#libs/contracts';
import { GuardTable } from './guard-table.js';

const guard = (name: string): GuardEntry => ({ name, on: ['request'], kind: 'injection', action: 'note' });
const caller = { organization: 'acme', project: 'web', key: 'ci' };
const namesOf = (guards: readonly GuardEntry[]) => guards.map(({ name }) => name);

describe('the guards of a configuration', () => {
  const table = new GuardTable({
    guards: [guard('all')],
    organizations: [
      { name: 'acme', guards: [guard('acme')], projects: [{ name: 'web', guards: [guard('web')] }, { name: 'lab' }] },
    ],
    keys: [
      { hash: '0'.repeat(64), name: 'ci', organization: 'acme', project: 'web', admin: false, guards: [guard('ci')] },
    ],
  });

  it('are those of everybody, the organization, the project, the key and the model, in this order', () => {
    expect(namesOf(table.of(caller, [{ guards: [guard('model')] }]))).toEqual(['all', 'acme', 'web', 'ci', 'model']);
  });

  it('are those of every model that the request names, each once', () => {
    const shared = guard('shared');
    const models = [{ guards: [shared] }, {}, { guards: [shared, guard('other')] }];
    expect(namesOf(table.of(caller, models)).slice(4)).toEqual(['shared', 'other']);
  });

  it('stand beside those of a key that is not of it', () => {
    const given = table.of({ ...caller, key: 'made' }, [{ guards: [guard('model')] }], [guard('made')]);
    expect(namesOf(given)).toEqual(['all', 'acme', 'web', 'made', 'model']);
    expect(namesOf(new GuardTable({}).of(caller, [], [guard('made')]))).toEqual(['made']);
  });

  it('are for their owner alone', () => {
    expect(namesOf(table.of({ ...caller, project: 'lab' }))).toEqual(['all', 'acme']);
    expect(namesOf(table.of({ ...caller, organization: 'else' }))).toEqual(['all']);
  });

  it('are none where nobody has one', () => {
    expect(new GuardTable({}).of(caller, [{}])).toEqual([]);
  });
});
