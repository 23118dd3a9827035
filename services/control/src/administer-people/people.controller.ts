import { Controller } from '@nestjs/common';

import {
  invitationAcceptSchema,
  invitationIssueSchema,
  oidcFinishSchema,
  oidcStartSchema,
  passwordChangeSchema,
  personListSchema,
  personReadSchema,
  personUpdateSchema,
  sessionCheckSchema,
  sessionEndSchema,
  signInSchema,
  Subject,
  type Invitation,
  type InvitationAccept,
  type InvitationIssue,
  type IssuerList,
  type OidcFinish,
  type OidcFinished,
  type OidcStart,
  type OidcStarted,
  type OpenedSession,
  type PasswordChange,
  type PersonList,
  type PersonObject,
  type PersonPage,
  type PersonRead,
  type PersonUpdate,
  type SessionCheck,
  type SessionEnd,
  type SessionList,
  type SessionsEnded,
  type SessionState,
  type SignIn,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { z } from 'zod';

import { AcceptInvitationHandler } from '../invite-people/accept-invitation.handler.js';
import { InvitePeopleHandler } from '../invite-people/invite-people.handler.js';
import { SessionsHandler } from '../keep-sessions/sessions.handler.js';
import { SignInByOidcHandler } from '../sign-in-by-oidc/sign-in-by-oidc.handler.js';
import { SignInLocallyHandler } from '../sign-in-locally/sign-in-locally.handler.js';
import { PeopleHandler } from './people.handler.js';

/** People, their sessions, and the ways to get one. */
@Controller()
export class PeopleController {
  constructor(
    private readonly local: SignInLocallyHandler,
    private readonly oidc: SignInByOidcHandler,
    private readonly sessions: SessionsHandler,
    private readonly invitations: InvitePeopleHandler,
    private readonly acceptance: AcceptInvitationHandler,
    private readonly people: PeopleHandler,
  ) {}

  @AnswerQuery(Subject.signIn, signInSchema)
  async signIn(command: SignIn): Promise<OpenedSession> {
    return this.local.signIn(command);
  }

  @AnswerQuery(Subject.passwordChange, passwordChangeSchema)
  async changePassword(command: PasswordChange): Promise<OpenedSession> {
    return this.local.changePassword(command);
  }

  @AnswerQuery(Subject.sessionCheck, sessionCheckSchema)
  async check(query: SessionCheck): Promise<SessionState> {
    return this.sessions.check(query);
  }

  @AnswerQuery(Subject.sessionList, sessionCheckSchema)
  async list(query: SessionCheck): Promise<SessionList> {
    return this.sessions.list(query);
  }

  @AnswerQuery(Subject.sessionEnd, sessionEndSchema)
  async end(command: SessionEnd): Promise<SessionsEnded> {
    return this.sessions.end(command);
  }

  @AnswerQuery(Subject.invitationIssue, invitationIssueSchema)
  async invite(command: InvitationIssue): Promise<Invitation> {
    return this.invitations.issue(command);
  }

  @AnswerQuery(Subject.invitationAccept, invitationAcceptSchema)
  async accept(command: InvitationAccept): Promise<OpenedSession> {
    return this.acceptance.accept(command);
  }

  @AnswerQuery(Subject.issuerList, z.object({}))
  async issuers(): Promise<IssuerList> {
    return this.oidc.list();
  }

  @AnswerQuery(Subject.oidcStart, oidcStartSchema)
  async startOidc(command: OidcStart): Promise<OidcStarted> {
    return this.oidc.start(command);
  }

  @AnswerQuery(Subject.oidcFinish, oidcFinishSchema)
  async finishOidc(command: OidcFinish): Promise<OidcFinished> {
    return this.oidc.finish(command);
  }

  @AnswerQuery(Subject.personList, personListSchema)
  async listPeople(query: PersonList): Promise<PersonPage> {
    return this.people.list(query);
  }

  @AnswerQuery(Subject.personRead, personReadSchema)
  async readPerson(query: PersonRead): Promise<PersonObject> {
    return this.people.read(query);
  }

  @AnswerQuery(Subject.personUpdate, personUpdateSchema)
  async updatePerson(command: PersonUpdate): Promise<PersonObject> {
    return this.people.update(command);
  }
}
