import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { callersRenewedSchema, Subject, type Caller } from '#libs/contracts';
import type { KeyBucket } from '#libs/messaging';
import { eventually } from '#libs/testing';

import { ADMIN, startPeopleForTests, type PeopleForTests } from '../administer-people/people.fixture.js';
import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { PeopleRepository } from '../keep-people/people.repository.js';
import { PersonGrants } from '../keep-people/person-grants.js';
import { IssueKeysHandler } from '../manage-keys/issue-keys.handler.js';
import { KeysRepository } from '../manage-keys/keys.repository.js';
import { RevokeKeysHandler } from '../manage-keys/revoke-keys.handler.js';
import { RenewCallersHandler } from './renew-callers.handler.js';

const fileWith = (member: string, key: string): string => `
version: 1
providers: { toy: { kind: sim } }
models:
  - { name: small, targets: [ { provider: toy, model: sim-small, price: { inputPerMillion: "1", outputPerMillion: "1" } } ] }
organizations:
  - name: acme
    projects: [ { name: web, keys: [ ${key} ] } ]
    members: [ ${member} ]
`;
const MEMBER = '{ email: eve@acme.example, role: auditor }';
const KEY = '{ name: filed, key: sk-filed-0123456789abcdef, scopes: [audit] }';
const START_MILLISECONDS = 60_000;

describe('callers of before', () => {
  let on: PeopleForTests;
  beforeAll(async () => {
    on = await startPeopleForTests(fileWith(MEMBER, KEY));
  }, START_MILLISECONDS);
  afterAll(() => on.control.stop(), START_MILLISECONDS);

  const place = { organization: 'acme', project: 'web', admin: false };
  const renewed = async (...callers: Caller[]) => {
    const { messaging } = on.control.messaging;
    return (await messaging.ask(Subject.callersRenew, { callers }, callersRenewedSchema)).callers;
  };

  it('are, as people, what their memberships say by now, and nobody once they are disabled', async () => {
    const { person } = await on.member('eve@acme.example');
    const eve: Caller = { ...place, key: person.id, person: person.id };
    expect(await renewed(eve)).toEqual([{ ...eve, grants: [{ role: 'auditor', organization: 'acme' }] }]);
    on.control.save(fileWith(MEMBER.replace('auditor', 'viewer'), KEY));
    await eventually(async () =>
      expect((await renewed(eve))[0]?.grants).toEqual([{ role: 'viewer', organization: 'acme' }]),
    );
    on.control.save(fileWith('', KEY));
    await eventually(async () => expect((await renewed(eve))[0]?.grants).toEqual([]));
    await on.people.updatePerson({ caller: ADMIN, id: person.id, disabled: true });
    expect(await renewed(eve, { ...eve, person: 'person_none' }, ADMIN)).toEqual([null, null, ADMIN]);
  });

  it('are, as keys, what stands under their name, and nobody once that is revoked or taken away', async () => {
    const { application } = on.control;
    const at = { caller: ADMIN, organization: 'acme' };
    const fields = { project: 'web', name: 'made', scopes: ['audit' as const] };
    const made = await application.get(IssueKeysHandler).issue({ ...at, fields });
    const [filed, issued] = ['filed', 'made'].map((key): Caller => ({ ...place, key }));
    const elsewhere = { ...filed!, project: 'lab' };
    await eventually(async () =>
      expect(await renewed(filed!, issued!, elsewhere)).toEqual([
        { ...filed, scopes: ['audit'] },
        { ...issued, scopes: ['audit'] },
        null,
      ]),
    );
    await application.get(RevokeKeysHandler).revoke({ ...at, id: made.id });
    on.control.save(fileWith(MEMBER, ''));
    await eventually(async () => expect(await renewed(filed!, issued!)).toEqual([null, null]));
  });

  it('are, where the id of a key is known, that key or one that rotations led to, and no other of its name', async () => {
    const { application } = on.control;
    const at = { caller: ADMIN, organization: 'acme' };
    const fields = { project: 'web', name: 'named', scopes: ['audit' as const] };
    const keys = application.get(IssueKeysHandler);
    const first = await keys.issue({ ...at, fields });
    const caller: Caller = { ...place, key: 'named', keyId: first.id };
    await eventually(async () => expect(await renewed(caller)).toEqual([{ ...caller, scopes: ['audit'] }]));
    const heir = await keys.rotate({ ...at, id: first.id, overlapSeconds: 0 });
    await eventually(async () => expect((await renewed({ ...caller, keyId: heir.id }))[0]).not.toBeNull());
    expect(await renewed(caller)).toEqual([{ ...caller, scopes: ['audit'] }]);
    await application.get(RevokeKeysHandler).revoke({ ...at, id: heir.id });
    const stranger = await keys.issue({ ...at, fields });
    await eventually(async () => expect((await renewed({ ...caller, keyId: stranger.id }))[0]).not.toBeNull());
    expect(await renewed(caller, { ...caller, keyId: heir.id }, { ...caller, keyId: 'key_0' })).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('are not taken for gone where the bucket of keys was lost and is not filled again yet', async () => {
    const { application } = on.control;
    const at = { caller: ADMIN, organization: 'acme' };
    const { id } = await application
      .get(IssueKeysHandler)
      .issue({ ...at, fields: { project: 'web', name: 'lasting' } });
    const handler = new RenewCallersHandler(
      application.get(PeopleRepository),
      application.get(PersonGrants),
      application.get(ConfigurationInForce),
      { isRead: true, entries: new Map() } as unknown as KeyBucket,
      application.get(KeysRepository),
    );
    const lasting = { callers: [{ ...place, key: 'lasting' }] };
    await expect(handler.renew(lasting)).rejects.toMatchObject({
      reply: { status: 503, code: 'temporarily_unavailable' },
    });
    await application.get(RevokeKeysHandler).revoke({ ...at, id });
    expect(await handler.renew(lasting)).toEqual({ callers: [null] });
  });
});
