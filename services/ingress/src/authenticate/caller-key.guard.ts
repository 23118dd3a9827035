import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { KeyRing } from './key-ring.js';

const MOST_KEY_CHARACTERS = 512;

/** A request that a guard has let through. */
export type AuthenticatedRequest = FastifyRequest & { caller: Caller };

/** Lets requests pass whose key the configuration knows: `Authorization: Bearer <key>` or `x-api-key: <key>`. */
@Injectable()
export class CallerKeyGuard implements CanActivate {
  constructor(protected readonly keys: KeyRing) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    request.caller = this.authenticate(request);
    return true;
  }

  /** Whose request it is. @throws DialectError 401 for a missing or unknown key, 503 before any key is known. */
  authenticate(request: FastifyRequest): Caller {
    const key = presentedKey(request);
    if (key === undefined) {
      throw new DialectError(
        401,
        'missing_api_key',
        'No API key was sent; send it in a header: "Authorization: Bearer <key>" or "x-api-key: <key>".',
      );
    }
    if (!this.keys.isReady) {
      throw new DialectError(503, 'temporarily_unavailable', 'Switchyard is starting; try again in a moment.');
    }
    const caller = key.length <= MOST_KEY_CHARACTERS ? this.keys.find(key) : undefined;
    if (!caller)
      throw new DialectError(401, 'invalid_api_key', 'The API key is not known here; check it for typing errors.');
    return caller;
  }
}

function presentedKey({ headers }: FastifyRequest): string | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  const apiKey = headers['x-api-key'];
  return typeof apiKey === 'string' && apiKey !== '' ? apiKey : undefined;
}
