import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  invitationAcceptFields,
  openedSessionSchema,
  signInFields,
  Subject,
  type OpenedSession,
} from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { Public } from '../authenticate/permit.js';
import { Sessions } from '../authenticate/sessions.js';
import { Describe } from '../describe-api/describe.js';
import { codeOfRefusal, isForm, readAuthBody, withRetryAfter } from './auth-fields.js';
import { AuthReply } from './auth-reply.js';
import { returnToOf } from './return-to.policy.js';

/** A form cannot send the header that tells whose session it is sent with, so that the token is a field of it. */
const invitationForm = invitationAcceptFields.extend({ csrf_token: z.string().max(200).optional() });

/** The doors for people who have a password, or a token to choose one with; for programs in JSON, for pages as forms. */
@Controller('auth')
@Public()
export class SignInController {
  constructor(
    private readonly messaging: Messaging,
    private readonly sessions: Sessions,
    private readonly auth: AuthReply,
  ) {}

  @Post('sign-in')
  @HttpCode(200)
  @Describe({ summary: 'Sign in by mail address and password; sets the cookie of the session', body: signInFields })
  async signIn(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | void> {
    return this.enter(request, reply, '/auth/sign-in', async () => {
      const { fields, returnTo } = readAuthBody(request, signInFields);
      const command = { ...fields, visitor: this.auth.visitorOf(request), ...this.auth.beforeOf(request) };
      return [await this.messaging.ask(Subject.signIn, command, openedSessionSchema), returnTo];
    });
  }

  @Post('invitations/accept')
  @HttpCode(200)
  @Describe({
    summary: 'Accept an invitation, or choose a new password after a reset; signs in',
    body: invitationAcceptFields,
  })
  async accept(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | void> {
    return this.enter(request, reply, '/auth/invitation', async () => {
      const schema = isForm(request) ? invitationForm : invitationAcceptFields;
      const { fields, returnTo } = readAuthBody<z.infer<typeof invitationForm>>(request, schema);
      const { csrf_token: csrfToken, ...given } = fields;
      const session = this.sessions.of(request)?.hash ?? this.sessionOfPage(request, csrfToken);
      const command = {
        ...given,
        visitor: this.auth.visitorOf(request),
        ...this.auth.beforeOf(request),
        ...(session === undefined ? {} : { session }),
      };
      return [await this.messaging.ask(Subject.invitationAccept, command, openedSessionSchema), returnTo];
    });
  }

  /** The hash of the session that a page of ours was opened with, which control looks at. */
  private sessionOfPage(request: FastifyRequest, csrfToken: string | undefined): string | undefined {
    const token = this.auth.read(request, 'session');
    if (csrfToken === undefined || token === undefined || !this.sessions.isCsrfToken(csrfToken, token))
      return undefined;
    return this.sessions.hashOf('session', token);
  }

  /** Programs get the session as JSON; a page goes on where it wanted to, or back to itself with what is wrong. */
  private async enter(
    request: FastifyRequest,
    reply: FastifyReply,
    page: string,
    open: () => Promise<[OpenedSession, unknown]>,
  ): Promise<object | void> {
    this.auth.begin(reply);
    this.auth.requireOwnPage(request, isForm(request));
    if (!isForm(request)) {
      const [opened] = await withRetryAfter(reply, open());
      return this.auth.enter(reply, opened);
    }
    try {
      const [opened, returnTo] = await open();
      this.auth.enter(reply, opened);
      void reply.status(303).header('location', returnToOf(returnTo));
    } catch (error) {
      void reply.status(303).header('location', `${page}?error=${encodeURIComponent(codeOfRefusal(error))}`);
    }
  }
}
