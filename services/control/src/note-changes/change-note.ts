import { randomBytes } from 'node:crypto';

import {
  actorOf,
  INSTALLATION_TRAIL,
  Subject,
  type AuditNoted,
  type Caller,
  type NotificationRaised,
} from '#libs/contracts';

/** A message to be recorded in the transaction of what it tells of. */
export interface Outgoing {
  readonly subject: string;
  readonly messageId: string;
  readonly body: object;
}

const ID_BYTES = 12;

/** What happened to what, where and in which detail. */
export type Happening = Pick<AuditNoted, 'type' | 'subject' | 'detail' | 'project'> & {
  readonly organization?: string | undefined;
};

/** The note for the trail: who did what to what. What is of no organisation stands in the trail of the installation. */
export function noteOf(caller: Caller, { organization = INSTALLATION_TRAIL, ...happening }: Happening): Outgoing {
  const note: AuditNoted = {
    ...happening,
    organization,
    noteId: `note_${randomBytes(ID_BYTES).toString('hex')}`,
    actor: actorOf(caller),
    happenedAt: Date.now(),
  };
  return { subject: Subject.auditNoted(organization), messageId: note.noteId, body: note };
}

/** What receivers of webhooks hear of. */
export function notificationOf(notification: Omit<NotificationRaised, 'version'>): Outgoing {
  const body: NotificationRaised = { version: 1, ...notification };
  return { subject: Subject.notificationRaised(notification.organization), messageId: notification.key, body };
}

/** A caller as the trail and lists name them. */
export function nameOfCaller({ admin, person, organization, project, key }: Caller): string {
  if (admin) return 'admin';
  return person ?? `${organization}/${project}/${key}`;
}
