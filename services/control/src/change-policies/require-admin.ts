import type { Caller } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';

/** The configuration is everybody's: who may see only one project must not see or change it. @throws QueryRefused */
export function requireAdmin({ admin }: Caller): void {
  if (admin) return;
  const message = 'Policies are seen and changed with the admin key only.';
  throw new QueryRefused({ status: 403, code: 'admin_key_required', message });
}
