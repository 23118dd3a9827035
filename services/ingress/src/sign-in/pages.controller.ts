import { createHash } from 'node:crypto';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { issuerListSchema, Subject } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { Public } from '../authenticate/permit.js';
import { Sessions } from '../authenticate/sessions.js';
import { Describe } from '../describe-api/describe.js';
import { AuthReply } from './auth-reply.js';
import { accountPage, invitationPage, PAGE_STYLE, signInPage } from './pages.js';
import { HOME, returnToOf } from './return-to.policy.js';

const STYLE_HASH = createHash('sha256').update(PAGE_STYLE).digest('base64');
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The pages that signing in by a browser needs: no scripts, nothing from elsewhere. */
@Controller('auth')
@Public()
export class PagesController {
  constructor(
    private readonly messaging: Messaging,
    private readonly sessions: Sessions,
    private readonly auth: AuthReply,
  ) {}

  @Get('sign-in')
  @Describe({ summary: 'The page to sign in at' })
  async signIn(
    @Req() request: FastifyRequest,
    @Query('return_to') returnTo: unknown,
    @Query('error') error: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.auth.begin(reply);
    this.auth.originOf(request);
    const { issuers } = await this.messaging.ask(Subject.issuerList, {}, issuerListSchema);
    const page = signInPage({
      issuers,
      returnTo: returnToOf(returnTo),
      ...(typeof error === 'string' ? { error } : {}),
    });
    await send(reply, page);
  }

  @Get('invitation')
  @Describe({ summary: 'The page to accept an invitation at, or to choose a new password' })
  async invitation(
    @Req() request: FastifyRequest,
    @Query('error') error: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.auth.begin(reply);
    this.auth.originOf(request);
    const token = this.sessions.of(request)?.token;
    const csrfToken = token === undefined ? undefined : this.sessions.csrfTokenOf(token);
    await send(reply, invitationPage(typeof error === 'string' ? error : undefined, csrfToken));
  }

  @Get('account')
  @Describe({ summary: 'The page that says who is signed in' })
  async account(
    @Req() request: FastifyRequest,
    @Query('error') error: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.auth.begin(reply);
    const session = this.sessions.of(request);
    if (session)
      await send(
        reply,
        accountPage(
          session.state,
          this.sessions.csrfTokenOf(session.token),
          typeof error === 'string' ? error : undefined,
        ),
      );
    else
      await reply
        .status(303)
        .header('location', `/auth/sign-in?return_to=${encodeURIComponent(HOME)}`)
        .send();
  }
}

async function send(reply: FastifyReply, page: string): Promise<void> {
  await reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY).send(page);
}
