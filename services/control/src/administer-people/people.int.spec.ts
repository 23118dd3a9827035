import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually } from '#libs/testing';

import { memberIdOf } from '../keep-documents/configuration-documents.js';
import { PersonGrants } from '../keep-people/person-grants.js';
import {
  ADMIN,
  hashOf,
  NEW_PASSWORD,
  newVisitor,
  PASSWORD,
  personWith,
  refused,
  startPeopleForTests,
  type PeopleForTests,
} from './people.fixture.js';

const PEOPLE = ['owner', 'admin', 'viewer', 'eve', 'idle', 'out', 'gone', 'limit', 'changer', 'twice', 'both', 'squat'];
const FILE = `
version: 1
providers: { toy: { kind: sim } }
models:
  - { name: small, targets: [ { provider: toy, model: sim-small, price: { inputPerMillion: "1", outputPerMillion: "1" } } ] }
organizations:
  - name: acme
    projects: [ { name: web } ]
    members:
${PEOPLE.map((name) => `      - { email: ${name}@acme.example, role: ${['owner', 'admin'].includes(name) ? name : 'viewer'} }`).join('\n')}
  - name: other
    projects: [ { name: lab } ]
    members: [ { email: both@acme.example, role: owner }, { email: squat@acme.example, role: owner } ]
`;
const START_MILLISECONDS = 60_000;
const LIMIT = 5;
const mail = (name: string): string => `${name}@acme.example`;

describe('people who sign in by password', () => {
  let on: PeopleForTests;

  beforeAll(async () => {
    on = await startPeopleForTests(FILE, { SWITCHYARD_SIGN_IN_ATTEMPTS: String(LIMIT) });
  }, START_MILLISECONDS);
  afterAll(() => on.control.stop(), START_MILLISECONDS);

  const check = (session: { token: string }) => on.people.check({ hash: hashOf(session) });
  const rows = async (table: string) =>
    JSON.stringify(await on.control.database.query(`SELECT * FROM control.${table}`));

  it('are invited, choose a password and are what the organisation says, at once and until it says otherwise', async () => {
    const invitation = await on.invite(mail('eve'));
    expect(invitation).toMatchObject({ email: mail('eve'), organization: 'acme', kind: 'invitation' });
    await expect(on.accept(invitation.token)).rejects.toMatchObject(refused(400, 'password_required'));
    await expect(on.accept(invitation.token, 'short')).rejects.toMatchObject(refused(400, 'weak_password'));
    const opened = await on.accept(invitation.token, PASSWORD);
    expect(opened.grants).toEqual([{ role: 'viewer', organization: 'acme' }]);
    await expect(on.accept(invitation.token, PASSWORD)).rejects.toMatchObject(refused(400, 'invalid_invitation'));
    expect(await on.signIn('Eve@Acme.example', PASSWORD)).toMatchObject({ person: opened.person });
    on.control.save(FILE.replace('email: eve@acme.example, role: viewer', 'email: eve@acme.example, role: billing'));
    await eventually(async () =>
      expect((await check(opened)).grants).toEqual([{ role: 'billing', organization: 'acme' }]),
    );
    on.control.save(FILE);
    await eventually(async () => expect((await check(opened)).grants[0]?.role).toBe('viewer'));
  });

  it('act first where they had a role first, wherever the database keeps it', async () => {
    const email = 'many@acme.example';
    for (const [organization, hoursAgo] of [
      ['acme', 1],
      ['other', 2],
    ])
      await on.control.database.query(
        `INSERT INTO control.documents (kind, organization, name, document, version, created_at)
         VALUES ('member', $1, $2, $3, 1, now() - $4 * interval '1 hour')`,
        [organization, memberIdOf(email), JSON.stringify({ email, role: 'viewer' }), hoursAgo],
      );
    const grants = await on.control.application.get(PersonGrants).ofAddress(email);
    expect(grants.map(({ organization }) => organization)).toEqual(['other', 'acme']);
  });

  it('leave nothing in the database that opens anything', async () => {
    const invitation = await on.invite(mail('out'));
    const opened = await on.accept(invitation.token, PASSWORD);
    await on.noteOf('invitation.created', mail('out'));
    const all = [await rows('sessions'), await rows('people'), await rows('invitations'), JSON.stringify(on.notes)];
    for (const secret of [opened.token, invitation.token, PASSWORD])
      for (const text of all) expect(text).not.toContain(secret);
    expect(all[1]).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
  });

  it('are told the same whatever is wrong, and notes say what was tried', async () => {
    const gone = await on.member(mail('gone'));
    await on.people.updatePerson({ caller: ADMIN, id: gone.person.id, disabled: true });
    const attempts = [
      () => on.signIn('nobody@acme.example', PASSWORD),
      () => on.signIn(mail('eve'), NEW_PASSWORD),
      () => on.signIn(mail('owner'), PASSWORD),
      () => on.signIn(mail('gone'), PASSWORD),
    ];
    const told = await Promise.all(attempts.map((attempt) => attempt().catch((error: unknown) => error)));
    for (const error of told) {
      expect(error).toMatchObject(refused(401, 'invalid_credentials'));
      expect(String(error)).toBe(String(told[0]));
    }
    expect(await on.noteOf('sign-in.refused', 'nobody@acme.example')).toMatchObject({ organization: 'installation' });
    expect(await on.noteOf('sign-in.refused', mail('eve'))).toMatchObject({ organization: 'acme' });
    expect(JSON.stringify(on.notes)).not.toContain(NEW_PASSWORD);
  });

  it('have sessions that are ended one by one, all others, at sign-out and by the next sign-in', async () => {
    const first = await on.signIn(mail('eve'), PASSWORD);
    const second = await on.signIn(mail('eve'), PASSWORD);
    const third = await on.signIn(mail('eve'), PASSWORD, { before: hashOf(first) });
    await expect(check(first)).rejects.toMatchObject(refused(401, 'session_ended'));
    const { sessions } = await on.people.list({ hash: hashOf(third) });
    expect(sessions.map(({ id }) => id)).toEqual(expect.arrayContaining([second.session.id, third.session.id]));
    expect(await on.people.end({ hash: hashOf(third), id: second.session.id })).toEqual({ ended: 1 });
    await expect(check(second)).rejects.toMatchObject(refused(401, 'session_ended'));
    const fourth = await on.signIn(mail('eve'), PASSWORD);
    await on.people.end({ hash: hashOf(fourth), others: true });
    await expect(check(third)).rejects.toMatchObject(refused(401, 'session_ended'));
    await on.people.end({ hash: hashOf(fourth) });
    await expect(check(fourth)).rejects.toMatchObject(refused(401, 'session_ended'));
    await on.noteOf('session.opened', mail('eve'));
    await on.noteOf('session.ended', mail('eve'));
  });

  it("do not end, nor see, anybody else's session", async () => {
    const [mine, theirs] = [await on.signIn(mail('eve'), PASSWORD), await on.signIn(mail('out'), PASSWORD)];
    await expect(on.people.end({ hash: hashOf(mine), id: theirs.session.id })).rejects.toMatchObject(
      refused(404, 'not_found'),
    );
    expect((await check(theirs)).person.email).toBe(mail('out'));
    const { sessions } = await on.people.list({ hash: hashOf(mine) });
    expect(sessions.map(({ id }) => id)).not.toContain(theirs.session.id);
  });

  it('are out when they were idle too long, or after the longest time', async () => {
    const [idle, old] = [await on.member(mail('idle')), await on.signIn(mail('eve'), PASSWORD)];
    const set = (what: string, { session }: typeof idle) =>
      on.control.database.query(`UPDATE control.sessions SET ${what} WHERE id = '${session.id}'`);
    await set("last_seen_at = now() - interval '119 minutes'", idle);
    await check(idle);
    await set("last_seen_at = now() - interval '121 minutes'", idle);
    await expect(check(idle)).rejects.toMatchObject(refused(401, 'session_ended'));
    await set('expires_at = now()', old);
    await expect(check(old)).rejects.toMatchObject(refused(401, 'session_ended'));
  });

  it('change their password: every session ends and a new one begins', async () => {
    const [here, there] = [await on.member(mail('changer')), await on.signIn(mail('changer'), PASSWORD)];
    const change = (currentPassword: string, newPassword: string) =>
      on.people.changePassword({ hash: hashOf(here), currentPassword, newPassword, visitor: newVisitor() });
    await expect(change(NEW_PASSWORD, NEW_PASSWORD)).rejects.toMatchObject(refused(401, 'invalid_credentials'));
    await expect(change(PASSWORD, 'changer@acme.example')).rejects.toMatchObject(refused(400, 'weak_password'));
    const changed = await change(PASSWORD, NEW_PASSWORD);
    expect(changed.token).not.toBe(here.token);
    for (const session of [here, there])
      await expect(check(session)).rejects.toMatchObject(refused(401, 'session_ended'));
    expect((await check(changed)).person.email).toBe(mail('changer'));
    await expect(on.signIn(mail('changer'), PASSWORD)).rejects.toMatchObject(refused(401, 'invalid_credentials'));
    await on.noteOf('password.changed', mail('changer'));
  });

  it('have so many attempts and not one more, however many try at a time; the right password counts as none', async () => {
    await on.member(mail('limit'));
    const tries = await Promise.all(
      Array.from({ length: LIMIT * 4 }, () => on.signIn(mail('limit'), 'wrong').catch((error: unknown) => error)),
    );
    const codes = tries.map((error) => (error as { reply: { code: string } }).reply.code);
    expect(codes.filter((code) => code === 'invalid_credentials')).toHaveLength(LIMIT);
    expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(LIMIT * 3);
    await expect(on.signIn(mail('limit'), PASSWORD)).rejects.toMatchObject({
      reply: { status: 429, retryAfterSeconds: expect.any(Number) },
    });
    await on.control.database.query("UPDATE control.sign_in_attempts SET window_ends_at = now() - interval '1 second'");
    for (let count = 0; count < LIMIT * 2; count += 1) await on.signIn(mail('limit'), PASSWORD);
  });

  it('are counted by the address they come from, too, which is all of a network of IPv6', async () => {
    const limit = 100;
    await on.control.database.query(
      `INSERT INTO control.sign_in_attempts VALUES ('address:2001:db8:0:1', ${limit}, now() + interval '1 minute')`,
    );
    const from = (address: string) =>
      on.signIn('somebody@acme.example', PASSWORD, { visitor: { address, userAgent: '' } });
    await expect(from('2001:db8:0:1::7')).rejects.toMatchObject(refused(429, 'too_many_attempts'));
    await expect(from('2001:db8:0:2::7')).rejects.toMatchObject(refused(401, 'invalid_credentials'));
  });

  it('are out at once when the operator disables them, and in again when they are enabled', async () => {
    const session = await on.member(mail('twice'));
    const { id } = session.person;
    expect(await on.people.updatePerson({ caller: ADMIN, id, disabled: true })).toMatchObject({ disabled: true });
    await expect(check(session)).rejects.toMatchObject(refused(401, 'session_ended'));
    await on.people.updatePerson({ caller: ADMIN, id, disabled: false });
    await on.signIn(mail('twice'), PASSWORD);
    const owner = personWith({ role: 'owner', organization: 'acme' });
    await expect(on.people.updatePerson({ caller: owner, id, disabled: true })).rejects.toMatchObject(
      refused(403, 'insufficient_permission'),
    );
    await expect(on.people.readPerson({ caller: owner, id })).rejects.toMatchObject(
      refused(403, 'insufficient_permission'),
    );
    const { people } = await on.people.listPeople({ caller: ADMIN, limit: 100 });
    expect(people.map(({ email }) => email)).toContain(mail('twice'));
    expect(JSON.stringify(people)).not.toContain('argon2');
  });

  describe('and invitations', () => {
    const owner = personWith({ role: 'owner', organization: 'acme' });
    const admin = personWith({ role: 'admin', organization: 'acme' });
    const stranger = personWith({ role: 'owner', organization: 'other' });

    it('are made only by who could give away what the member is', async () => {
      await expect(on.invite(mail('owner'), { caller: admin })).rejects.toMatchObject(
        refused(403, 'grants_more_than_you_have'),
      );
      await expect(on.invite(mail('owner'), { caller: stranger })).rejects.toMatchObject(refused(404, 'not_found'));
      const viewer = personWith({ role: 'viewer', organization: 'acme' });
      await expect(on.invite(mail('viewer'), { caller: viewer })).rejects.toMatchObject(refused(404, 'not_found'));
      await on.accept((await on.invite(mail('viewer'), { caller: admin })).token, PASSWORD);
      await on.accept((await on.invite(mail('owner'), { caller: owner })).token, PASSWORD);
      await expect(on.invite(mail('owner'), { caller: admin, reset: true })).rejects.toMatchObject(
        refused(403, 'grants_more_than_you_have'),
      );
    });

    it('give nobody what another organisation gives to the same address', async () => {
      // Whoever runs acme can make an account for any address; what the other organisation gives to it stays out of reach.
      const squatter = await on.member(mail('squat'));
      expect(squatter.grants).toEqual([{ role: 'viewer', organization: 'acme' }]);
      const theirs = await on.invite(mail('squat'), { organization: 'other' });
      await expect(on.accept(theirs.token, NEW_PASSWORD)).rejects.toMatchObject(refused(409, 'sign_in_first'));
      const other = await on.member(mail('both'));
      await expect(on.accept(theirs.token, undefined, other)).rejects.toMatchObject(refused(409, 'sign_in_first'));
      const joined = await on.accept(theirs.token, undefined, squatter);
      expect(joined.grants).toHaveLength(2);
    });

    it('of a password once it opens more need somebody who has all of that', async () => {
      const session = await on.signIn(mail('both'), PASSWORD);
      await on.accept((await on.invite(mail('both'), { organization: 'other' })).token, undefined, session);
      await expect(on.invite(mail('both'), { caller: owner, reset: true })).rejects.toMatchObject(
        refused(403, 'grants_more_than_you_have'),
      );
      const reset = await on.invite(mail('both'), { reset: true });
      const back = await on.accept(reset.token, NEW_PASSWORD);
      expect(back.grants).toHaveLength(2);
      await expect(check(session)).rejects.toMatchObject(refused(401, 'session_ended'));
      await on.noteOf('password.reset', mail('both'));
    });

    it('are worth nothing once there is a newer one, they have expired, or the member is something else', async () => {
      const first = await on.invite(mail('viewer'), { reset: true });
      const second = await on.invite(mail('viewer'), { reset: true });
      await expect(on.accept(first.token, NEW_PASSWORD)).rejects.toMatchObject(refused(400, 'invalid_invitation'));
      on.control.save(
        FILE.replace('email: viewer@acme.example, role: viewer', 'email: viewer@acme.example, role: owner'),
      );
      await eventually(async () => expect((await on.signIn(mail('viewer'), PASSWORD)).grants[0]?.role).toBe('owner'));
      await expect(on.accept(second.token, NEW_PASSWORD)).rejects.toMatchObject(refused(400, 'invalid_invitation'));
      on.control.save(FILE);
      await eventually(async () => expect((await on.signIn(mail('viewer'), PASSWORD)).grants[0]?.role).toBe('viewer'));
      const third = await on.invite(mail('viewer'), { reset: true });
      await on.control.database.query('UPDATE control.invitations SET expires_at = now()');
      await expect(on.accept(third.token, NEW_PASSWORD)).rejects.toMatchObject(refused(400, 'invalid_invitation'));
    });

    it('are used once, however many use them at a time', async () => {
      const { token } = await on.invite(mail('admin'));
      const answers = await Promise.allSettled(Array.from({ length: 5 }, () => on.accept(token, PASSWORD)));
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('are for members without a password; of one who has, the password is reset', async () => {
      await expect(on.invite(mail('eve'))).rejects.toMatchObject(refused(409, 'already_joined'));
      await expect(
        on.people.invite({ caller: ADMIN, organization: 'acme', member: 'mem_x', reset: false }),
      ).rejects.toMatchObject(refused(404, 'not_found'));
    });
  });
});
