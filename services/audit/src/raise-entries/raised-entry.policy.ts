import { INSTALLATION_TRAIL, type AuditNoted, type NotificationRaised } from '#libs/contracts';
import type { PushedEntry } from '../push-entries/pushed-entry.policy.js';

/** What is noted of each request, beside what the request itself leaves: it would be as many webhooks as requests. */
const OF_EVERY_REQUEST = new Set(['charges.recorded', 'payload.kept']);

/**
 * An entry of the trail as receivers of webhooks hear of it: who did what to what, without the details, which they ask for by its sequence. Undefined for what is not
 * told so.
 */
export function raisedEntry(entry: PushedEntry): NotificationRaised | undefined {
  const { organization, sequence, type, recordedAt, project, leafHash, body } = entry;
  if (organization === INSTALLATION_TRAIL || OF_EVERY_REQUEST.has(type)) return undefined;
  const { actor, subject } = JSON.parse(body) as Pick<AuditNoted, 'actor' | 'subject'>;
  return {
    version: 1,
    organization,
    ...(project === '' ? {} : { project }),
    type: `audit.${type.replaceAll('-', '_')}`,
    key: `audit:${organization}:${sequence}`,
    data: {
      id: `${organization}/${sequence}`,
      sequence,
      entry_type: type,
      recorded_at: recordedAt.toISOString(),
      project: project === '' ? null : project,
      actor: { kind: actor.kind, id: actor.id },
      subject: { kind: subject.kind, id: subject.id },
      leaf_hash: leafHash,
    },
  };
}
