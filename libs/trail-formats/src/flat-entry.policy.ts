import type { AuditNoted, RequestEnded } from '#libs/contracts';

/** An entry of the trail in the few words that other systems have for it. Texts are empty where there is nothing to say. */
export interface FlatEntry {
  readonly organization: string;
  readonly sequence: number;
  readonly recordedAt: string;
  readonly type: string;
  readonly id: string;
  readonly project: string;
  readonly actorKind: string;
  readonly actor: string;
  readonly subjectKind: string;
  readonly subject: string;
  readonly model: string;
  readonly outcome: string;
  readonly errorCode: string;
  /** Whom data went to: `provider/model`, in the order of trying. */
  readonly targets: readonly string[];
  readonly costNanoUsd: string;
  /** When it happened, in milliseconds since the Unix epoch. */
  readonly time: number;
  readonly leafHash: string;
  readonly body: string;
}

/** A line `audit.entry` of an export. */
export interface EntryLine {
  readonly object: string;
  readonly sequence: number;
  readonly recorded_at: string;
  readonly request_id: string;
  readonly type: string;
  readonly project: string;
  readonly leaf_hash: string;
  readonly body: string;
}

export function flatEntryOf(line: EntryLine): FlatEntry {
  const place = {
    sequence: line.sequence,
    recordedAt: line.recorded_at,
    type: line.type,
    id: line.request_id,
    project: line.project,
    leafHash: line.leaf_hash,
    body: line.body,
  };
  const event = JSON.parse(line.body) as RequestEnded | AuditNoted;
  return 'noteId' in event ? { ...place, ...flatNote(event) } : { ...place, ...flatRequest(event) };
}

type Flattened = Omit<FlatEntry, 'sequence' | 'recordedAt' | 'type' | 'id' | 'project' | 'leafHash' | 'body'>;

function flatNote({ organization, actor, subject, happenedAt }: AuditNoted): Flattened {
  return {
    organization,
    actorKind: actor.kind,
    actor: actor.id,
    subjectKind: subject.kind,
    subject: subject.id,
    model: '',
    outcome: '',
    errorCode: '',
    targets: [],
    costNanoUsd: '',
    time: happenedAt,
  };
}

function flatRequest(event: RequestEnded): Flattened {
  return {
    organization: event.organization,
    actorKind: 'key',
    actor: event.key,
    subjectKind: 'model',
    subject: event.model,
    model: event.model,
    outcome: event.outcome,
    errorCode: event.error?.code ?? '',
    targets: event.attempts.map(({ provider, model }) => `${provider}/${model}`),
    costNanoUsd: event.costNanoUsd ?? '',
    time: event.endedAt,
  };
}
