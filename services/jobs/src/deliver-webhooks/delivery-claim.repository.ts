import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import { WebhookLimits } from '../webhook-limits.js';
import { claimedColumns, type ClaimedDelivery } from './claimed-delivery.js';

const IS_FREE = `(d.lease IS NULL OR d.lease_until <= now())`;

/**
 * Of each endpoint with something due as much as it has room for; of those, first what is first of its project, counting what the
 * project has under way: so a project with many endpoints or a long queue holds up no other. An attempt is noted as `unknown` when
 * it is claimed, and stays so if this process dies with it.
 */
const CLAIM = `
WITH busy AS (
  SELECT endpoint_id, organization, project, count(*)::int AS count FROM jobs.webhook_deliveries
  WHERE lease IS NOT NULL AND lease_until > now() GROUP BY endpoint_id, organization, project
), open AS (
  SELECT endpoint.id, endpoint.organization, endpoint.project,
    $3 - coalesce((SELECT count FROM busy WHERE busy.endpoint_id = endpoint.id), 0) AS room,
    coalesce((SELECT sum(count) FROM busy
      WHERE busy.organization = endpoint.organization AND busy.project = endpoint.project), 0) AS busy_of_project
  FROM jobs.webhook_endpoints endpoint
  WHERE endpoint.enabled AND (endpoint.failing_since IS NOT NULL) = $2
    AND (endpoint.throttled_until IS NULL OR endpoint.throttled_until <= now())
), due AS (
  SELECT candidate.id, candidate.due_at,
    open.busy_of_project + row_number() OVER (PARTITION BY open.organization, open.project ORDER BY candidate.due_at) AS place
  FROM open CROSS JOIN LATERAL (
    SELECT d.id, d.due_at FROM jobs.webhook_deliveries d
    WHERE d.endpoint_id = open.id AND d.status = 'pending' AND d.due_at <= now() AND ${IS_FREE}
    ORDER BY d.due_at LIMIT greatest(open.room, 0)
  ) candidate
), chosen AS (
  SELECT d.id FROM due JOIN jobs.webhook_deliveries d ON d.id = due.id
  WHERE due.place <= $4 AND d.status = 'pending' AND ${IS_FREE}
  ORDER BY due.place, due.due_at LIMIT $1 FOR UPDATE OF d SKIP LOCKED
), claimed AS (
  UPDATE jobs.webhook_deliveries d
  SET lease = $5, lease_until = now() + $6::double precision * interval '1 millisecond', attempts = d.attempts + 1
  FROM chosen WHERE d.id = chosen.id RETURNING d.*
), noted AS (
  INSERT INTO jobs.webhook_attempts (delivery_id, number, outcome) SELECT id, attempts, 'unknown' FROM claimed
)
SELECT ${claimedColumns}
FROM claimed JOIN jobs.webhook_events event ON event.id = claimed.event_id
  JOIN jobs.webhook_endpoints endpoint ON endpoint.id = claimed.endpoint_id`;

/** Takes deliveries that are due. Any number of processes may: each gets others. */
@Injectable()
export class DeliveryClaimRepository {
  constructor(
    private readonly database: Database,
    private readonly limits: WebhookLimits,
  ) {}

  /** At most `most` deliveries to endpoints that are well, or to those that fail. */
  claim(most: number, kind: 'well' | 'failing'): Promise<ClaimedDelivery[]> {
    const { atOncePerEndpoint, atOncePerFailingEndpoint, atOncePerProject, leaseMilliseconds } = this.limits;
    const isFailing = kind === 'failing';
    return this.database.query<ClaimedDelivery>(CLAIM, [
      most,
      isFailing,
      isFailing ? atOncePerFailingEndpoint : atOncePerEndpoint,
      atOncePerProject,
      randomUUID(),
      leaseMilliseconds,
    ]);
  }
}
