import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OpenedSession, SessionState, Visitor } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Settings } from '#libs/runtime';
import { Sessions } from '../authenticate/sessions.js';
import { dropCookie, readCookie, setCookie, type CookieKind } from './cookies.js';
import { comesFrom, ownOriginOf } from './own-origin.policy.js';

const LONGEST_USER_AGENT = 300;
const MILLISECONDS = 1_000;

/** What every answer below `/auth` has in common: cookies, headers, and where the visitor comes from. */
@Injectable()
export class AuthReply {
  constructor(
    private readonly sessions: Sessions,
    private readonly settings: Settings,
  ) {}

  /** Nobody keeps the answer or shows it in a frame. */
  begin(reply: FastifyReply): void {
    reply
      .header('cache-control', 'no-store')
      .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
      .header('x-frame-options', 'DENY')
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'same-origin');
  }

  /** Our origin. @throws DialectError 403 where neither TLS nor a loopback address keeps what is sent */
  originOf({ headers }: FastifyRequest): string {
    const own = ownOriginOf(headers, this.settings.publicUrl);
    if (own === undefined)
      throw new DialectError(
        403,
        'tls_required',
        'Signing in needs TLS: the operator sets SWITCHYARD_PUBLIC_URL to the https address that browsers see.',
      );
    return own;
  }

  /** @throws DialectError 403 for a request from a page of another origin; `isForm`: from none that is known, too */
  requireOwnPage(request: FastifyRequest, isForm: boolean): void {
    const where = comesFrom(request.headers, this.originOf(request));
    if (where === 'elsewhere' || (where === 'unknown' && isForm))
      throw new DialectError(403, 'cross_origin_request', 'Sign in at a page of this origin.');
  }

  visitorOf({ ip, headers }: FastifyRequest): Visitor {
    return { address: ip, userAgent: (headers['user-agent'] ?? '').slice(0, LONGEST_USER_AGENT) };
  }

  /** Hash of the session that the browser has, good or not, so that it ends when another begins. */
  beforeOf(request: FastifyRequest): { before?: string } {
    const token = this.read(request, 'session');
    const before = token === undefined ? undefined : this.sessions.hashOf('session', token);
    return before === undefined ? {} : { before };
  }

  /** Gives the browser its session; the answer says who is signed in, and has no token of the cookie in it. */
  enter(reply: FastifyReply, { token, ...state }: OpenedSession): object {
    const maxAgeSeconds = (Date.parse(state.session.expiresAt) - Date.now()) / MILLISECONDS;
    setCookie(reply, 'session', token, { isSecure: this.sessions.isSecure, maxAgeSeconds });
    return this.shown(state, token);
  }

  shown(state: SessionState, token: string): object {
    return {
      ...state.session,
      person: state.person,
      grants: state.grants,
      csrfToken: this.sessions.csrfTokenOf(token),
    };
  }

  read(request: FastifyRequest, kind: CookieKind): string | undefined {
    return readCookie(request, kind, this.sessions.isSecure);
  }

  keep(reply: FastifyReply, kind: CookieKind, value: string, maxAgeSeconds: number): void {
    setCookie(reply, kind, value, { isSecure: this.sessions.isSecure, maxAgeSeconds });
  }

  drop(reply: FastifyReply, kind: CookieKind): void {
    dropCookie(reply, kind, this.sessions.isSecure);
  }
}
