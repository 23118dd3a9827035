import { Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  openedSessionSchema,
  passwordChangeFields,
  sessionListSchema,
  sessionsEndedSchema,
  Subject,
  type SessionEnd,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { ForPeople } from '../authenticate/permit.js';
import { Sessions, type Session } from '../authenticate/sessions.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';
import { withRetryAfter } from './auth-fields.js';
import { AuthReply } from './auth-reply.js';

/** What somebody who is signed in does with their own sessions and password. */
@Controller('auth')
@ForPeople()
export class SessionController {
  constructor(
    private readonly messaging: Messaging,
    private readonly sessions: Sessions,
    private readonly auth: AuthReply,
  ) {}

  @Get('session')
  @Describe({ summary: 'Who is signed in, what they may do where, and the CSRF token of the session' })
  read(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): object {
    this.auth.begin(reply);
    const { state, token } = this.sessionOf(request);
    return this.auth.shown(state, token);
  }

  @Get('sessions')
  @Describe({ summary: 'List your own sessions', answer: sessionListSchema })
  async list(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    this.auth.begin(reply);
    const { hash, state } = this.sessionOf(request);
    const { sessions } = await this.messaging.ask(Subject.sessionList, { hash }, sessionListSchema);
    const data = sessions.map((session) => ({ ...session, current: session.id === state.session.id }));
    return { object: 'list', data };
  }

  @Post('sign-out')
  @HttpCode(200)
  @Describe({ summary: 'End the session', answer: sessionsEndedSchema })
  async signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const ended = await this.end(request, reply, {});
    this.auth.drop(reply, 'session');
    return ended;
  }

  @Delete('sessions')
  @Describe({ summary: 'End all your sessions but this one', answer: sessionsEndedSchema })
  async endOthers(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.end(request, reply, { others: true });
  }

  @Delete('sessions/:id')
  @Describe({ summary: 'End one of your sessions', answer: sessionsEndedSchema })
  async endOne(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    if (id.length > 100) throw new DialectError(404, 'not_found', 'There is no such session that you may see.');
    return this.end(request, reply, { id });
  }

  @Post('password')
  @HttpCode(200)
  @Describe({ summary: 'Change your password; all your sessions end but a new one', body: passwordChangeFields })
  async changePassword(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    this.auth.begin(reply);
    this.auth.originOf(request);
    const { hash } = this.sessionOf(request);
    const command = { hash, ...readJson(request.body, passwordChangeFields), visitor: this.auth.visitorOf(request) };
    const changed = this.messaging.ask(Subject.passwordChange, command, openedSessionSchema);
    const opened = await withRetryAfter(reply, changed);
    this.sessions.forget(hash);
    return this.auth.enter(reply, opened);
  }

  private async end(
    request: FastifyRequest,
    reply: FastifyReply,
    which: Omit<SessionEnd, 'hash'>,
  ): Promise<{ ended: number }> {
    this.auth.begin(reply);
    const { hash } = this.sessionOf(request);
    const ended = await this.messaging.ask(Subject.sessionEnd, { hash, ...which }, sessionsEndedSchema);
    this.sessions.forget(hash);
    return ended;
  }

  private sessionOf(request: FastifyRequest): Session {
    const session = this.sessions.of(request);
    if (!session) throw new DialectError(403, 'session_required', 'This is for people who are signed in.');
    return session;
  }
}
