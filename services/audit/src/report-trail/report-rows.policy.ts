import { addUpUse, type AuditReport, type AuditReportRead, type ReportRow } from '#libs/contracts';
import { dataClassesOf, type ReportedEntry, type ReportedEvent } from './reported-entry.policy.js';

type Filter = Pick<AuditReportRead, 'regions'>;
type Rows = (entries: readonly ReportedEntry[], filter: Filter) => ReportRow[];

/** The rows of each report for a stretch of a log. */
export const ROWS_OF: Readonly<Record<AuditReport, Rows>> = {
  'model-use': modelUse,
  'outside-region': (entries, filter) => entries.flatMap((entry) => callsOutside(entry, filter)),
  'policy-changes': (entries) => entries.flatMap(changes),
  'key-activity': (entries) => entries.map(activity),
};

/** One row for all calls of a stretch that are alike but for when and what they cost. */
function modelUse(entries: readonly ReportedEntry[]): ReportRow[] {
  return addUpUse(
    entries.flatMap(({ content, project }) => ('event' in content ? [useOf(content.event, project)] : [])),
  );
}

function useOf(event: ReportedEvent, project: string): ReportRow {
  const at = timeOf(event.endedAt);
  return {
    project,
    key: event.key,
    model: event.model,
    operation: event.operation,
    targets: event.attempts.map(targetOf),
    regions: [...new Set(event.attempts.map(({ region }) => region ?? 'unknown'))],
    data_classes: dataClassesOf(event),
    requests: 1,
    failed: event.outcome === 'completed' ? 0 : 1,
    cost_nano_usd: event.costNanoUsd ?? '0',
    first_at: at,
    last_at: at,
  };
}

/** A call whose region is not on record may have gone anywhere, and so counts as outside. */
function callsOutside({ content, sequence, requestId, project }: ReportedEntry, { regions = [] }: Filter): ReportRow[] {
  if (!('event' in content)) return [];
  const { event } = content;
  return event.attempts
    .filter(({ region }) => region === undefined || !regions.includes(region))
    .map((attempt) => ({
      sequence,
      at: timeOf(attempt.startedAt),
      request_id: requestId,
      project,
      key: event.key,
      model: event.model,
      target: targetOf(attempt),
      region: attempt.region ?? 'unknown',
      outcome: attempt.outcome,
      data_classes: dataClassesOf(event),
      policy_revision: event.decision?.snapshotRevision ?? '',
      policy_rule: event.decision?.rule ?? '',
    }));
}

function changes({ content, sequence, type, project }: ReportedEntry): ReportRow[] {
  if (!('note' in content)) return [];
  const { actor, subject, detail, happenedAt } = content.note;
  const text = (value: unknown): string => (value === undefined || value === null ? '' : JSON.stringify(value));
  const fields = detail?.['fields'];
  return [
    {
      sequence,
      at: timeOf(happenedAt),
      type,
      actor_kind: actor.kind,
      actor: actor.id,
      subject_kind: subject.kind,
      subject: subject.id,
      project,
      fields: Array.isArray(fields) ? fields.map(String) : [],
      before: text(detail?.['before']),
      after: text(detail?.['after']),
    },
  ];
}

function activity({ content, sequence, recordedAt, requestId, type, project }: ReportedEntry): ReportRow {
  const place = { sequence, at: timeOf(recordedAt), type, id: requestId, project };
  if ('note' in content) {
    const { subject } = content.note;
    const request = { targets: [], outcome: '', error_code: '', cost_nano_usd: '', data_classes: [] };
    return { ...place, subject_kind: subject.kind, subject: subject.id, ...request };
  }
  const { event } = content;
  return {
    ...place,
    subject_kind: 'model',
    subject: event.model,
    targets: event.attempts.map(targetOf),
    outcome: event.outcome,
    error_code: event.error?.code ?? '',
    cost_nano_usd: event.costNanoUsd ?? '',
    data_classes: dataClassesOf(event),
  };
}

function targetOf({ provider, model }: { readonly provider: string; readonly model: string }): string {
  return `${provider}/${model}`;
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
