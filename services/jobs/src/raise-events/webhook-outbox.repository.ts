import { Injectable } from '@nestjs/common';
import { webhookEventSchema, type WebhookEvent } from '#libs/contracts';
import { sha256Hex } from '#libs/secrets';
import { PlansInForce } from '../cap-retention/plans-in-force.js';
import { storableText, type Transaction } from '#libs/storage';

/** Standard Webhooks asks for less than 20 kB; the rest of the event takes its part. */
const MOST_DATA_BYTES = 18_000;
const ID_CHARACTERS = 32;

const IS_OF_TRAIL = `starts_with(raised.type, 'audit.')`;

/** What is of the trail is for those alone whose maker may read it there; anything else for the project it is of, or for all where it is of none. */
const MAY_HEAR_OF_IT = `CASE WHEN ${IS_OF_TRAIL}
  THEN endpoint.trail_reach = 'organization' OR (endpoint.trail_reach = 'project' AND endpoint.project = raised.project)
  ELSE raised.project IS NULL OR endpoint.project = raised.project END`;

/** Whether an endpoint wishes for events of a type: it names it, `<first words>.*`, or `*`, which does not mean the trail. */
const WISHES_FOR_IT = `EXISTS (
  SELECT FROM unnest(endpoint.event_types) AS wish
  WHERE wish = raised.type OR (wish = '*' AND NOT ${IS_OF_TRAIL}) OR (right(wish, 2) = '.*' AND starts_with(raised.type, left(wish, -1))))`;

/**
 * What nobody wishes for is not kept. An endpoint that was disabled because it failed for days keeps what it misses as failed, so
 * that it can be replayed once the receiver is well, and so does one whose project's plan is without webhooks; one that somebody
 * disabled, or that is gone, misses nothing.
 */
const RECORD = `
WITH raised AS (
  SELECT * FROM json_to_recordset($1) AS raised(id text, organization text, project text, type text, data text)
), wished AS (
  SELECT raised.id AS event_id, raised.type, endpoint.id AS endpoint_id, endpoint.organization, endpoint.project,
    CASE WHEN NOT endpoint.enabled THEN 'endpoint_disabled'
      WHEN EXISTS (SELECT FROM json_to_recordset($2) AS without(organization text, project text)
        WHERE without.organization = endpoint.organization AND without.project = endpoint.project)
      THEN 'feature_not_in_plan' END AS reason
  FROM raised JOIN jobs.webhook_endpoints endpoint
    ON endpoint.organization = raised.organization AND ${MAY_HEAR_OF_IT}
  WHERE (endpoint.enabled OR endpoint.disabled_reason = 'failing') AND ${WISHES_FOR_IT}
), recorded AS (
  INSERT INTO jobs.webhook_events (id, organization, type, body)
  SELECT id, organization, type,
    '{"id":' || to_json(id) || ',"object":"event","created_at":' || extract(epoch FROM now())::bigint
      || ',"type":' || to_json(type) || ',"data":' || data || '}'
  FROM raised WHERE id IN (SELECT event_id FROM wished)
  ON CONFLICT (id) DO NOTHING RETURNING id
)
INSERT INTO jobs.webhook_deliveries (id, endpoint_id, event_id, organization, project, event_type, status, reason, ended_at)
SELECT 'whd_' || replace(gen_random_uuid()::text, '-', ''), endpoint_id, event_id, organization, project, type,
  CASE WHEN reason IS NULL THEN 'pending' ELSE 'failed' END, reason, CASE WHEN reason IS NOT NULL THEN now() END
FROM wished JOIN recorded ON recorded.id = wished.event_id`;

/**
 * The outbox of webhooks. Whoever changes something that receivers shall hear of records the event within the same transaction:
 * then both are there, or neither, and the event is delivered whatever crashes. To record an event again changes nothing.
 */
@Injectable()
export class WebhookOutboxRepository {
  constructor(private readonly plans: PlansInForce) {}

  /** @throws ZodError for an event that is none, which is a defect of its raiser. */
  async record(events: readonly WebhookEvent[], transaction: Pick<Transaction, 'query'>): Promise<void> {
    if (events.length === 0) return;
    await transaction.query(RECORD, [
      JSON.stringify(events.map(rowOf)),
      JSON.stringify(this.plans.placesWithout('webhooks')),
    ]);
  }
}

/** The id that receivers see as `webhook-id`: the same for the same event, and without a dot. */
export function webhookEventId({ organization, project = '', type, key, data }: WebhookEvent): string {
  const what = JSON.stringify([organization, project, key ?? [type, data.id]]);
  return `evt_${sha256Hex(what).slice(0, ID_CHARACTERS)}`;
}

function rowOf(event: WebhookEvent) {
  const { organization, project = null, type, data } = webhookEventSchema.parse(event);
  const text = storableText(JSON.stringify(data));
  // A receiver asks for the rest by the id.
  const fitting = Buffer.byteLength(text) <= MOST_DATA_BYTES ? text : JSON.stringify({ id: data.id });
  return { id: webhookEventId(event), organization, project, type, data: fitting };
}
