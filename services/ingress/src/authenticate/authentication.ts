import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { KeyRing } from './key-ring.js';
import { Sessions } from './sessions.js';

const MOST_KEY_CHARACTERS = 512;

/** Whose a request is: by its key (`Authorization: Bearer <key>` or `x-api-key: <key>`), or by the session of a browser. */
@Injectable()
export class Authentication {
  constructor(
    private readonly keys: KeyRing,
    private readonly sessions: Sessions,
  ) {}

  /** Looks at the session of a request that has no key; undefined where there is nothing to wait for. */
  prepare(request: FastifyRequest): Promise<void> | undefined {
    return this.sessions.isPresented(request) ? this.sessions.resolve(request) : undefined;
  }

  /** Who has sent a request that lasts, as it is by now. @throws as `callerOf` */
  async renewed(request: FastifyRequest): Promise<Caller> {
    await this.prepare(request);
    return this.callerOf(request);
  }

  /** @throws DialectError 401 for a missing, unknown or expired key, 403 for one that is not for this request, 503 before any key is known. */
  callerOf(request: FastifyRequest): Caller {
    const key = presentedKey(request);
    if (key === undefined) {
      const person = isWithoutKey(request) ? this.sessions.callerOf(request) : undefined;
      if (person) return person;
      throw new DialectError(
        401,
        'missing_api_key',
        'No API key was sent; send it in a header: "Authorization: Bearer <key>" or "x-api-key: <key>".',
      );
    }
    if (!this.keys.isReady) {
      throw new DialectError(503, 'temporarily_unavailable', 'Switchyard is starting; try again in a moment.');
    }
    const known = key.length <= MOST_KEY_CHARACTERS ? this.keys.find(key) : undefined;
    if (!known)
      throw new DialectError(401, 'invalid_api_key', 'The API key is not known here; check it for typing errors.');
    if (known.revokedAt !== undefined)
      throw new DialectError(401, 'revoked_api_key', 'The API key was revoked; ask for a new one.');
    known.restrictions?.(request, Date.now());
    return known.caller;
  }
}

function presentedKey({ headers }: FastifyRequest): string | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  const apiKey = headers['x-api-key'];
  return typeof apiKey === 'string' && apiKey !== '' ? apiKey : undefined;
}

/** Whether it says nothing of a key; a key in a form that is not understood is a mistake to be told of. */
function isWithoutKey({ headers }: FastifyRequest): boolean {
  return headers.authorization === undefined && headers['x-api-key'] === undefined;
}
