import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { KEY_SCOPES, ROLES, type Caller, type KeyScope, type RoleGrant } from '#libs/contracts';
import { abilityOf } from './ability-of.js';
import { mayGiveScopes, mayGrant } from './may-grant.js';
import { ACTIONS, INSTALLATION_SUBJECTS, SUBJECTS, type Permission } from './subjects.js';
import { readingPlace } from './reading-place.js';
import { whoMay } from './who-may.js';

const key = (extra: Partial<Caller> = {}): Caller => ({
  organization: 'acme',
  project: 'web',
  key: 'ci',
  admin: false,
  ...extra,
});
const person = (...grants: RoleGrant[]): Caller => key({ key: 'session', person: 'p1', grants });
const web = { organization: 'acme', project: 'web' };
const permissions: Permission[] = ACTIONS.flatMap((action) => SUBJECTS.map((subject) => ({ action, subject })));

describe('what a caller may do', () => {
  it('is everything for the bootstrap key', () => {
    const { anywhere, at } = abilityOf(key({ admin: true }));
    expect(permissions.every((permission) => anywhere(permission) && at(permission, web))).toBe(true);
  });

  it('is calling, batches and reading in its own project for a key without further words', () => {
    const { at } = abilityOf(key());
    expect(at({ action: 'use', subject: 'Inference' }, web)).toBe(true);
    expect(at({ action: 'create', subject: 'Batch' }, web)).toBe(true);
    expect(at({ action: 'read', subject: 'Usage' }, web)).toBe(true);
    expect(at({ action: 'create', subject: 'Key' }, web)).toBe(false);
    expect(at({ action: 'read', subject: 'Usage' }, { ...web, project: 'other' })).toBe(false);
  });

  it.each(KEY_SCOPES)('is never beyond its project for a key of the scope %s', (scope) => {
    const { at } = abilityOf(key({ scopes: [scope] }));
    for (const place of [{ organization: 'acme', project: 'other' }, { organization: 'acme' }, { organization: 'b' }])
      expect(permissions.filter((permission) => at(permission, place))).toEqual([]);
  });

  it.each(ROLES)('is never beyond the organisation for a person with the role %s', (role) => {
    const { at } = abilityOf(person({ role, organization: 'acme' }));
    for (const place of [{ organization: 'b' }, { organization: 'b', project: 'web' }])
      expect(permissions.filter((permission) => at(permission, place))).toEqual([]);
  });

  it.each(ROLES)('is nothing of the whole installation for the role %s', (role) => {
    const { anywhere } = abilityOf(person({ role, organization: 'acme' }));
    for (const subject of INSTALLATION_SUBJECTS)
      for (const action of ACTIONS) expect(anywhere({ action, subject })).toBe(false);
  });

  it('is for a key of a service account what both its scopes and the roles of the account allow', () => {
    const grants: RoleGrant[] = [{ role: 'viewer', organization: 'acme' }];
    const { at } = abilityOf(key({ scopes: ['management', 'inference'], grants }));
    expect(at({ action: 'read', subject: 'Project' }, { organization: 'acme', project: 'other' })).toBe(true);
    expect(at({ action: 'create', subject: 'Key' }, web)).toBe(false);
    expect(at({ action: 'use', subject: 'Inference' }, web)).toBe(false);
  });

  it('is less for the lower of two roles: auditors change nothing, viewers see no trail, admins end no organisation', () => {
    const may = (role: RoleGrant['role'], permission: Permission) =>
      abilityOf(person({ role, organization: 'acme' })).at(permission, web);
    expect(ACTIONS.filter((action) => action !== 'read' && may('auditor', { action, subject: 'Key' }))).toEqual([]);
    expect(may('viewer', { action: 'read', subject: 'AuditEvent' })).toBe(false);
    expect(may('admin', { action: 'delete', subject: 'Organization' })).toBe(false);
    expect(may('owner', { action: 'delete', subject: 'Organization' })).toBe(true);
    expect(may('billing', { action: 'update', subject: 'Budget' })).toBe(true);
    expect(may('developer', { action: 'update', subject: 'Budget' })).toBe(false);
  });
});

describe('where records may be read', () => {
  it('is everywhere for the bootstrap key and the own project for other keys', () => {
    expect(readingPlace(key({ admin: true }), 'Request')).toBe('everywhere');
    expect(readingPlace(key(), 'Usage')).toEqual(web);
    expect(readingPlace(key({ scopes: ['inference'] }), 'Usage')).toBe('nowhere');
  });

  it('is as wide as the role holds, and for a service account no wider than the scopes of its key', () => {
    expect(readingPlace(person({ role: 'viewer', organization: 'acme' }), 'Request')).toEqual({ organization: 'acme' });
    expect(readingPlace(person({ role: 'viewer', ...web }), 'Request')).toEqual(web);
    expect(readingPlace(person({ role: 'viewer', organization: 'acme', project: 'other' }), 'Request')).toBe('nowhere');
    expect(readingPlace(person({ role: 'owner', organization: 'b' }), 'Request')).toBe('nowhere');
    const grants: RoleGrant[] = [{ role: 'owner', organization: 'acme' }];
    expect(readingPlace(key({ grants, scopes: ['read-only'] }), 'Usage')).toEqual({ organization: 'acme' });
    expect(readingPlace(key({ grants, scopes: ['inference'] }), 'Usage')).toBe('nowhere');
  });
});

describe('granting', () => {
  it('never gives more than the giver has, whatever roles meet', () => {
    const places = [undefined, 'web', 'other'];
    const grant = fc.record({ role: fc.constantFrom(...ROLES), project: fc.constantFrom(...places) });
    fc.assert(
      fc.property(grant, grant, (mine, theirs) => {
        const give = (held: typeof mine): RoleGrant => ({
          role: held.role,
          organization: 'acme',
          ...(held.project === undefined ? {} : { project: held.project }),
        });
        const giver = person(give(mine));
        if (!mayGrant(giver, give(theirs))) return true;
        const taker = abilityOf(person(give(theirs)));
        const seen = places.map((project) => ({ organization: 'acme', ...(project ? { project } : {}) }));
        return permissions.every((permission) =>
          seen.every((place) => !taker.at(permission, place) || abilityOf(giver).at(permission, place)),
        );
      }),
    );
  });

  it('lets an owner make owners and an admin make admins, but no owner', () => {
    const giver = (role: RoleGrant['role']) => person({ role, organization: 'acme' });
    expect(mayGrant(giver('owner'), { role: 'owner', organization: 'acme' })).toBe(true);
    expect(mayGrant(giver('admin'), { role: 'admin', organization: 'acme' })).toBe(true);
    expect(mayGrant(giver('admin'), { role: 'owner', organization: 'acme' })).toBe(false);
    expect(mayGrant(giver('admin'), { role: 'viewer', organization: 'other' })).toBe(false);
    expect(mayGrant(giver('developer'), { role: 'viewer', organization: 'acme' })).toBe(true);
    expect(mayGrant(giver('developer'), { role: 'billing', organization: 'acme' })).toBe(false);
  });

  it('lets nobody make a key that does more than they may', () => {
    const developer = person({ role: 'developer', organization: 'acme' });
    const give = (scope: KeyScope) => mayGiveScopes(developer, [scope], web);
    expect(give('inference')).toBe(true);
    expect(give('batches')).toBe(true);
    expect(give('read-only')).toBe(true);
    expect(give('management')).toBe(false);
    expect(mayGiveScopes(person({ role: 'viewer', organization: 'acme' }), ['audit'], web)).toBe(false);
  });
});

describe('who may', () => {
  it('names roles and scopes, and nobody for what is of the installation', () => {
    expect(whoMay({ action: 'use', subject: 'Inference' })).toEqual({
      roles: ['owner', 'admin', 'developer'],
      scopes: ['inference'],
    });
    expect(whoMay({ action: 'update', subject: 'Policy' })).toEqual({ roles: [], scopes: [] });
  });
});
