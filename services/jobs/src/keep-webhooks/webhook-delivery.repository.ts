import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { WebhookAttemptObject } from '#libs/contracts';
import { Database, storableText } from '#libs/storage';
import { claimedColumns, type ClaimedDelivery } from '../deliver-webhooks/claimed-delivery.js';
import { WebhookLimits } from '../webhook-limits.js';
import type { Owner } from './webhook-endpoint.repository.js';

/** A delivery as the database has it, with its attempts, or the last of them. */
export interface WebhookDelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly reason: string | null;
  readonly attemptCount: number;
  readonly attempts: readonly WebhookAttemptObject[];
  readonly dueAt: Date;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** Which deliveries of an endpoint are wanted. */
export interface DeliveryPage {
  readonly status?: string | undefined;
  readonly eventType?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A text that is sent to one endpoint only. */
export interface TestEvent {
  readonly endpointId: string;
  readonly type: string;
  readonly data: object;
}

const OWNED = 'd.organization = $1 AND d.project = $2 AND d.endpoint_id = $3';

const columnsWith = (whichAttempts: string): string => `
  d.id, d.endpoint_id AS "endpointId", d.event_id AS "eventId", d.event_type AS "eventType", d.status, d.reason,
  d.attempts AS "attemptCount", d.due_at AS "dueAt", d.created_at AS "createdAt", d.ended_at AS "endedAt",
  (SELECT coalesce(json_agg(json_build_object(
      'number', a.number, 'outcome', a.outcome, 'started_at', floor(extract(epoch FROM a.started_at)), 'latency_ms', a.latency_ms,
      'status_code', a.status_code, 'error', a.error, 'response', a.response) ORDER BY a.number), '[]'::json)
   FROM jobs.webhook_attempts a WHERE a.delivery_id = d.id AND ${whichAttempts}) AS attempts`;

/** Begins a delivery's schedule anew; its number of attempts goes on, and what is sent is the same. */
const BEGIN_ANEW = `status = 'pending', reason = NULL, tries = 0, due_at = now(), ended_at = NULL, lease = NULL, lease_until = NULL`;

/** Rows of `jobs.webhook_deliveries`, for those who look at them and send them again. */
@Injectable()
export class WebhookDeliveryRepository {
  constructor(
    private readonly database: Database,
    private readonly limits: WebhookLimits,
  ) {}

  /** Newest first, each with its last attempt. */
  list(
    owner: Owner,
    endpointId: string,
    { status, eventType, after, limit }: DeliveryPage,
  ): Promise<WebhookDelivery[]> {
    return this.database.asTenant(owner).query<WebhookDelivery>(
      `SELECT ${columnsWith('a.number = d.attempts')} FROM jobs.webhook_deliveries d
       WHERE ${OWNED} AND ($4::text IS NULL OR d.status = $4) AND ($5::text IS NULL OR d.event_type = $5)
         AND ($6::text IS NULL OR (d.created_at, d.id) < (
           SELECT d.created_at, d.id FROM jobs.webhook_deliveries d WHERE ${OWNED} AND d.id = $6))
       ORDER BY d.created_at DESC, d.id DESC LIMIT $7`,
      [...of(owner, endpointId), status ?? null, textOrNull(eventType), textOrNull(after), limit],
    );
  }

  /** With all its attempts. */
  async find(owner: Owner, endpointId: string, id: string): Promise<WebhookDelivery | undefined> {
    const [row] = await this.database
      .asTenant(owner)
      .query<WebhookDelivery>(
        `SELECT ${columnsWith('true')} FROM jobs.webhook_deliveries d WHERE ${OWNED} AND d.id = $4`,
        [...of(owner, endpointId), storableText(id)],
      );
    return row;
  }

  /** One that has ended begins anew; one that waits for its next attempt is due now. */
  async replay(owner: Owner, endpointId: string, id: string): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE jobs.webhook_deliveries d SET ${BEGIN_ANEW}
       WHERE ${OWNED} AND d.id = $4 AND (d.lease IS NULL OR d.lease_until <= now()) RETURNING d.id`,
      [...of(owner, endpointId), storableText(id)],
    );
    return rows.length > 0;
  }

  /** The oldest first, at most `replayAtOnce`; returns how many. */
  async replayFailed(owner: Owner, endpointId: string, sinceSeconds: number): Promise<number> {
    const rows = await this.database.query(
      `UPDATE jobs.webhook_deliveries SET ${BEGIN_ANEW} WHERE id IN (
         SELECT d.id FROM jobs.webhook_deliveries d
         WHERE ${OWNED} AND d.status = 'failed' AND d.created_at >= to_timestamp($4)
         ORDER BY d.created_at, d.id LIMIT $5 FOR UPDATE SKIP LOCKED) AND status = 'failed' RETURNING id`,
      [...of(owner, endpointId), sinceSeconds, this.limits.replayAtOnce],
    );
    return rows.length;
  }

  /** Records a test, already claimed by whoever asks, so that no other process sends it as well. */
  async claimTest({ organization, project }: Owner, { endpointId, type, data }: TestEvent): Promise<ClaimedDelivery> {
    const token = randomUUID().replaceAll('-', '');
    const [id, eventId] = [`whd_${token}`, `evt_${token}`];
    return this.database.transaction(async (transaction) => {
      await transaction.query(
        `INSERT INTO jobs.webhook_events (id, organization, type, body)
         VALUES ($1, $2, $3, '{"id":' || to_json($1::text) || ',"object":"event","created_at":' || extract(epoch FROM now())::bigint
           || ',"type":' || to_json($3::text) || ',"data":' || $4::text || '}')`,
        [eventId, organization, type, JSON.stringify(data)],
      );
      await transaction.query(
        `INSERT INTO jobs.webhook_deliveries
           (id, endpoint_id, event_id, organization, project, event_type, status, attempts, lease, lease_until)
         VALUES ($1, $2, $3, $4, $5, $6, 'pending', 1, $7, now() + $8::double precision * interval '1 millisecond')`,
        [id, endpointId, eventId, organization, project, type, token, this.limits.leaseMilliseconds],
      );
      await transaction.query(
        `INSERT INTO jobs.webhook_attempts (delivery_id, number, outcome) VALUES ($1, 1, 'unknown')`,
        [id],
      );
      const [row] = await transaction.query<ClaimedDelivery>(
        `SELECT ${claimedColumns} FROM jobs.webhook_deliveries claimed
           JOIN jobs.webhook_events event ON event.id = claimed.event_id
           JOIN jobs.webhook_endpoints endpoint ON endpoint.id = claimed.endpoint_id
         WHERE claimed.id = $1`,
        [id],
      );
      if (!row) throw new Error(`The test ${id} that was just recorded is not there.`);
      return row;
    });
  }

  /** Drops what was kept long enough, in portions that lock little; what still waits is kept. Returns how many events. */
  async dropOld(): Promise<number> {
    let total = 0;
    for (;;) {
      const rows = await this.database.query(
        `DELETE FROM jobs.webhook_events WHERE id IN (
           SELECT e.id FROM jobs.webhook_events e
           WHERE e.created_at < now() - $1::double precision * interval '1 millisecond'
             AND NOT EXISTS (SELECT FROM jobs.webhook_deliveries d WHERE d.event_id = e.id AND d.status = 'pending')
           LIMIT $2) RETURNING id`,
        [this.limits.keepMilliseconds, ROWS_PER_STATEMENT],
      );
      total += rows.length;
      if (rows.length < ROWS_PER_STATEMENT) return total;
    }
  }
}

const ROWS_PER_STATEMENT = 1_000;

function of({ organization, project }: Owner, endpointId: string): [string, string, string] {
  return [organization, project, storableText(endpointId)];
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined ? null : storableText(text);
}
