import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { oidcFinishedSchema, oidcStartedSchema, slug, Subject } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { Public } from '../authenticate/permit.js';
import { Sessions } from '../authenticate/sessions.js';
import { Describe } from '../describe-api/describe.js';
import { codeOfRefusal } from './auth-fields.js';
import { AuthReply } from './auth-reply.js';
import { returnToOf } from './return-to.policy.js';

const FLOW_SECONDS = 600;
/** Control asks the identity provider up to three times, with ten seconds each. */
const WITHIN_MILLISECONDS = 35_000;
const MOST_QUERY_CHARACTERS = 16_000;

/** The way to an identity provider and back. */
@Controller('auth/oidc/:issuer')
@Public()
export class OidcController {
  constructor(
    private readonly messaging: Messaging,
    private readonly sessions: Sessions,
    private readonly auth: AuthReply,
  ) {}

  @Get('start')
  @Describe({ summary: 'Go to an identity provider to sign in; return_to is a path of ours to go on at' })
  async start(
    @Req() request: FastifyRequest,
    @Param('issuer') issuer: string,
    @Query('return_to') returnTo: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    this.auth.begin(reply);
    const redirectUri = `${this.auth.originOf(request)}/auth/oidc/${known(issuer)}/callback`;
    const visitor = this.auth.visitorOf(request);
    const command = { issuer, redirectUri, returnTo: returnToOf(returnTo), visitor };
    try {
      const { location, flow } = await this.messaging.ask(
        Subject.oidcStart,
        command,
        oidcStartedSchema,
        WITHIN_MILLISECONDS,
      );
      this.auth.keep(reply, 'flow', flow, FLOW_SECONDS);
      void reply.status(303).header('location', location);
    } catch (error) {
      void reply.status(303).header('location', `/auth/sign-in?error=${codeOfRefusal(error)}`);
    }
  }

  @Get('callback')
  @Describe({ summary: 'Where an identity provider sends browsers back to; sets the cookie of the session' })
  async callback(
    @Req() request: FastifyRequest,
    @Param('issuer') issuer: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    this.auth.begin(reply);
    this.auth.originOf(request);
    const token = this.auth.read(request, 'flow');
    const flow = token === undefined ? undefined : this.sessions.hashOf('oidc-flow', token);
    const query = request.url.split('?')[1] ?? '';
    this.auth.drop(reply, 'flow');
    try {
      if (flow === undefined || query.length > MOST_QUERY_CHARACTERS)
        throw new DialectError(400, 'sign_in_expired', 'The sign-in was begun in another browser, or long ago.');
      const command = {
        issuer: known(issuer),
        query,
        flow,
        visitor: this.auth.visitorOf(request),
        ...this.auth.beforeOf(request),
      };
      const { returnTo, ...opened } = await this.messaging.ask(
        Subject.oidcFinish,
        command,
        oidcFinishedSchema,
        WITHIN_MILLISECONDS,
      );
      this.auth.enter(reply, opened);
      void reply.status(303).header('location', returnToOf(returnTo));
    } catch (error) {
      void reply.status(303).header('location', `/auth/sign-in?error=${codeOfRefusal(error)}`);
    }
  }
}

function known(issuer: string): string {
  if (!slug.safeParse(issuer).success)
    throw new DialectError(404, 'unknown_issuer', 'There is no identity provider of that name here.');
  return issuer;
}
