import { expect } from '@jest/globals';

import type { AuditNoted, Caller, Invitation, OpenedSession, RoleGrant, SignIn } from '#libs/contracts';
import { SignInSecrets } from '#libs/secrets';
import { eventually } from '#libs/testing';

import { SECRET_KEY, startControlForTests, type ControlForTests } from '../control.fixture.js';
import { memberIdOf } from '../keep-documents/configuration-documents.js';
import { PeopleController } from './people.controller.js';

export const PASSWORD = 'long enough a phrase';
export const NEW_PASSWORD = 'another of 23 characters';
export const ADMIN: Caller = { organization: 'acme', project: 'web', key: 'admin', admin: true };

const secrets = new SignInSecrets(SECRET_KEY);
let visits = 0;

/** Control with people to sign in, asked as ingress asks it. */
export interface PeopleForTests {
  readonly control: ControlForTests;
  readonly people: PeopleController;
  /** Notes for the trail that reached the stream. */
  readonly notes: AuditNoted[];
  readonly signIn: (email: string, password: string, more?: Partial<SignIn>) => Promise<OpenedSession>;
  readonly invite: (
    email: string,
    how?: { organization?: string; caller?: Caller; reset?: boolean },
  ) => Promise<Invitation>;
  readonly accept: (token: string, password?: string, session?: OpenedSession) => Promise<OpenedSession>;
  /** A member with the usual password, signed in. */
  readonly member: (email: string, organization?: string) => Promise<OpenedSession>;
  readonly noteOf: (type: string, email: string) => Promise<AuditNoted>;
}

export async function startPeopleForTests(
  file: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<PeopleForTests> {
  const control = await startControlForTests(file, settings);
  const people = control.application.get(PeopleController);
  const notes: AuditNoted[] = [];
  control.messaging.messaging.subscribe('audit.noted.v1.>', (message) => notes.push(message.json() as AuditNoted));
  const signIn: PeopleForTests['signIn'] = (email, password, more = {}) =>
    people.signIn({ email, password, visitor: newVisitor(), ...more });
  const invite: PeopleForTests['invite'] = (email, { organization = 'acme', caller = ADMIN, reset = false } = {}) =>
    people.invite({ caller, organization, member: memberIdOf(email), reset });
  const accept: PeopleForTests['accept'] = (token, password, session) =>
    people.accept({
      token,
      visitor: newVisitor(),
      ...(password === undefined ? {} : { password }),
      ...(session ? { session: hashOf(session) } : {}),
    });
  return {
    control,
    people,
    notes,
    signIn,
    invite,
    accept,
    member: async (email, organization = 'acme') => {
      const { token } = await invite(email, { organization });
      return accept(token, PASSWORD);
    },
    noteOf: (type, email) =>
      eventually(() => {
        const found = notes.find((note) => note.type === type && note.detail?.['email'] === email);
        if (!found) throw new Error(`no note ${type} of ${email}`);
        return found;
      }),
  };
}

/** Each visit comes from an address of its own. */
export function newVisitor(): { address: string; userAgent: string } {
  visits += 1;
  return { address: `10.0.${visits >> 8}.${visits & 255}`, userAgent: 'a test' };
}

export function hashOf({ token }: Pick<OpenedSession, 'token'>): string {
  return secrets.hash('session', token) ?? '';
}

export function personWith(...grants: RoleGrant[]): Caller {
  return { organization: 'acme', project: 'web', key: 'person_1', admin: false, person: 'person_1', grants };
}

export function refused(status: number, code: string): object {
  return { reply: expect.objectContaining({ status, code }) };
}
