import { Injectable, type ExecutionContext } from '@nestjs/common';
import { DialectError } from '#libs/dialects';
import { CallerKeyGuard, type AuthenticatedRequest } from './caller-key.guard.js';

/** Lets pass only the bootstrap admin key. */
@Injectable()
export class AdminKeyGuard extends CallerKeyGuard {
  override canActivate(context: ExecutionContext): boolean {
    super.canActivate(context);
    const { caller } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (!caller.admin) throw new DialectError(403, 'admin_key_required', 'This address needs the admin key.');
    return true;
  }
}
