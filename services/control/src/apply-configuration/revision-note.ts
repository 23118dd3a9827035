import { randomBytes } from 'node:crypto';

import { actorOf, INSTALLATION_TRAIL, Subject, type AuditNoted, type Caller, type Snapshot } from '#libs/contracts';

import type { Outgoing } from '../note-changes/change-note.js';
import { canonicalJson } from './canonical-json.policy.js';
import type { SnapshotBody, VersionContent } from './version-content.policy.js';

/** A revision that comes into force, the one before where there is one, and who did it; the file is put in force by control itself. */
export interface NewRevision {
  readonly newest: (VersionContent & { readonly snapshot: Snapshot }) | undefined;
  readonly next: VersionContent;
  readonly snapshot: Snapshot;
  readonly caller?: Caller;
}

const ID_BYTES = 12;
/** An installation may have thousands of models, and a note is to stay small. */
const MOST_NAMES = 100;

/** The note for the trail of the installation: whence the revision is, and what in it is not as in the one before. */
export function noteOfRevision({ newest, next, snapshot, caller }: NewRevision): Outgoing {
  const note: AuditNoted = {
    noteId: `note_${randomBytes(ID_BYTES).toString('hex')}`,
    organization: INSTALLATION_TRAIL,
    type: 'configuration.changed',
    actor: caller ? actorOf(caller) : { kind: 'system', id: 'control' },
    subject: { kind: 'configuration', id: String(snapshot.revision) },
    detail: {
      fields: newest ? changedParts(newest, next) : Object.keys(next.body),
      before: newest ? { revision: newest.snapshot.revision, origin: newest.origin } : null,
      after: { revision: snapshot.revision, origin: next.origin },
      models: changedModels(newest?.body.models ?? [], next.body.models),
    },
    happenedAt: snapshot.createdAt,
  };
  return { subject: Subject.auditNoted(INSTALLATION_TRAIL), messageId: note.noteId, body: note };
}

/** Names of the parts that differ. Credentials are sealed anew each time and show in the digest of the foundation alone. */
function changedParts(before: VersionContent, after: VersionContent): string[] {
  const [was, is] = [comparable(before.body), comparable(after.body)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const parts = names.filter((name) => canonicalJson(was[name]) !== canonicalJson(is[name]));
  const isFoundation = parts.some((name) => !['models', 'breaker', 'trial'].includes(name));
  if (before.foundationDigest !== after.foundationDigest && !isFoundation) parts.push('credentials');
  return parts;
}

function comparable({ providers, ...body }: SnapshotBody): Readonly<Record<string, unknown>> {
  return {
    ...body,
    providers: providers.map(({ credential: _one, credentials: _several, ...provider }) => provider),
  };
}

function changedModels(
  before: SnapshotBody['models'],
  after: SnapshotBody['models'],
): Readonly<Record<'added' | 'changed' | 'removed', readonly string[]>> {
  const was = new Map(before.map((model) => [model.name, canonicalJson(model)]));
  const is = new Map(after.map((model) => [model.name, canonicalJson(model)]));
  const first = (names: readonly string[]) => names.slice(0, MOST_NAMES);
  return {
    added: first([...is.keys()].filter((name) => !was.has(name))),
    changed: first([...is.keys()].filter((name) => was.has(name) && was.get(name) !== is.get(name))),
    removed: first([...was.keys()].filter((name) => !is.has(name))),
  };
}
