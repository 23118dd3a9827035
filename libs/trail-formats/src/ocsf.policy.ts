import type { FlatEntry } from './flat-entry.policy.js';

/** Every attribute below is of this release; profiles are not used. */
const OCSF_VERSION = '1.8.0';
const PRODUCT = { name: 'Switchyard', vendor_name: 'Switchyard', version: '0.1.0' };
const APPLICATION_ACTIVITY = 6;
const API_ACTIVITY = 6003;
const INFORMATIONAL = 1;
const LOW = 2;
const SUCCESS = 1;
const FAILURE = 2;
const OTHER = 99;
/** Of the type integer_t. Where a log grows beyond it, `metadata.uid` has the sequence still. */
const LARGEST_INTEGER = 2 ** 31 - 1;
/** Create, read, update, delete of the class; anything else is "other". */
const ACTIVITIES: Readonly<Record<string, number>> = {
  issued: 1,
  created: 1,
  read: 2,
  exported: 2,
  updated: 3,
  rotated: 3,
  deleted: 4,
  removed: 4,
  revoked: 4,
};

/** One event of the Open Cybersecurity Schema Framework, class API Activity (6003), as a line of JSON. */
export function ocsfLine(entry: FlatEntry): string {
  const activity = activityOf(entry);
  const isFailure = entry.errorCode !== '';
  const status = isFailure ? FAILURE : SUCCESS;
  return `${JSON.stringify({
    activity_id: activity,
    ...(activity === OTHER ? { activity_name: entry.type } : {}),
    category_uid: APPLICATION_ACTIVITY,
    class_uid: API_ACTIVITY,
    type_uid: API_ACTIVITY * 100 + activity,
    time: entry.time,
    severity_id: isFailure ? LOW : INFORMATIONAL,
    status_id: status,
    ...(isFailure ? { status_code: entry.errorCode } : {}),
    ...(entry.outcome === '' ? {} : { status_detail: entry.outcome }),
    metadata: {
      version: OCSF_VERSION,
      product: PRODUCT,
      uid: `${entry.organization}/${entry.sequence}`,
      correlation_uid: entry.id,
      event_code: entry.type,
      ...(entry.sequence > LARGEST_INTEGER ? {} : { sequence: entry.sequence }),
      logged_time: Date.parse(entry.recordedAt),
      tenant_uid: entry.organization,
    },
    actor: { user: { name: entry.actor, type: entry.actorKind, type_id: OTHER, org: { name: entry.organization } } },
    api: { operation: entry.type, service: { name: 'switchyard' }, request: { uid: entry.id } },
    src_endpoint: { name: `${entry.organization}/${entry.project}/${entry.actor}`, type_id: OTHER, type: 'api key' },
    ...(entry.subject === '' ? {} : { resources: [{ name: entry.subject, type: entry.subjectKind }] }),
    ...(entry.targets.length === 0 ? {} : { dst_endpoint: { name: entry.targets.at(-1) } }),
    unmapped: {
      project: entry.project,
      model: entry.model,
      targets: entry.targets,
      cost_nano_usd: entry.costNanoUsd,
      leaf_hash: entry.leafHash,
    },
    raw_data: entry.body,
  })}\n`;
}

/** A call of a model makes an answer. */
function activityOf({ type }: FlatEntry): number {
  const [subject, verb = ''] = type.split('.');
  return subject === 'request' ? 1 : (ACTIVITIES[verb] ?? OTHER);
}
