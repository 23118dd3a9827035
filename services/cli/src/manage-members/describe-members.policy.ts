import type { Invitation } from '#libs/contracts';
import { table } from '../text-table.policy.js';
import type { Member } from './member-api.js';

/** The members of an organisation, for people. */
export function describeMembers(members: readonly Member[]): string {
  if (members.length === 0)
    return 'No members yet. Invite one with: switchyard members invite ADDRESS --role developer';
  const rows = members.map(({ email, role, project, managedBy, id }) => [email, role, project ?? '*', managedBy, id]);
  return table([['address', 'role', 'project', 'kept by', 'id'], ...rows]).join('\n');
}

/** An invitation with the token that is shown this once, and where the person uses it. */
export function describeInvitation({ email, kind, token, expiresAt }: Invitation, url: string): string {
  return [
    `${kind === 'reset' ? 'A new password' : 'An invitation'} for ${email}, good for one use until ${expiresAt}.`,
    `Token, shown this once: ${token}`,
    `It is used at:          ${url}/auth/invitation`,
  ].join('\n');
}
