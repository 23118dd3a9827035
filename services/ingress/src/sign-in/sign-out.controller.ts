import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sessionsEndedSchema, Subject } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging, QueryRefused } from '#libs/messaging';
import { Public } from '../authenticate/permit.js';
import { Sessions } from '../authenticate/sessions.js';
import { Describe } from '../describe-api/describe.js';
import { isForm, readAuthBody } from './auth-fields.js';
import { AuthReply } from './auth-reply.js';

const fields = z.strictObject({ csrf_token: z.string().min(1).max(200) });

/**
 * The way out of the page: a form cannot send the header that changes by a session need, so that the token is a field of it.
 * Open to everybody, because somebody whose session is over already shall come to the page to sign in at, too.
 */
@Controller('auth/sign-out/page')
@Public()
export class SignOutController {
  constructor(
    private readonly messaging: Messaging,
    private readonly sessions: Sessions,
    private readonly auth: AuthReply,
  ) {}

  @Post()
  @Describe({ summary: 'End the session from the page; the token is the field csrf_token of a form' })
  async signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    this.auth.begin(reply);
    if (!isForm(request))
      throw new DialectError(415, 'unsupported_media_type', 'This is for the page; programs use POST /auth/sign-out.');
    this.auth.requireOwnPage(request, true);
    const given = readAuthBody(request, fields).fields.csrf_token;
    const token = this.auth.read(request, 'session');
    const hash = token === undefined ? undefined : this.sessions.hashOf('session', token);
    if (token !== undefined && hash !== undefined) {
      if (!this.sessions.isCsrfToken(given, token)) return redirect(reply, '/auth/account?error=csrf_token_required');
      await this.end(hash);
    }
    this.auth.drop(reply, 'session');
    redirect(reply, '/auth/sign-in');
  }

  /** A session that control does not know any more is what was asked for. */
  private async end(hash: string): Promise<void> {
    try {
      await this.messaging.ask(Subject.sessionEnd, { hash }, sessionsEndedSchema);
    } catch (error) {
      if (!(error instanceof QueryRefused && error.reply.status === 401)) throw error;
    } finally {
      this.sessions.forget(hash);
    }
  }
}

function redirect(reply: FastifyReply, location: string): void {
  void reply.status(303).header('location', location);
}
