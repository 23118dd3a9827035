import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/contracts';
import { Database, storableText, type Transaction } from '#libs/storage';
import type { Maker } from '../manage-webhooks/trail-reach.policy.js';

/** Whose endpoints are meant. The bootstrap key has its own project's here, as every key. */
export type Owner = Pick<Caller, 'organization' | 'project'>;

/** An endpoint as the database has it, without what it signs with. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  readonly name: string;
  readonly description: string;
  readonly eventTypes: readonly string[];
  readonly enabled: boolean;
  readonly disabledReason: 'gone' | 'failing' | null;
  readonly disabledAt: Date | null;
  readonly failingSince: Date | null;
  readonly secretHint: string;
  readonly publicKey: string;
  readonly previousSecretsUntil: Date | null;
  readonly trailReach: TrailReach;
  readonly trailMaker: Maker | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What part of the trail it hears of; null for none. */
export type TrailReach = 'project' | 'organization' | null;

/** What its secrets leave in a row. */
export interface StoredSecrets {
  readonly sealed: string;
  readonly hint: string;
  readonly publicKey: string;
}

/** What is changed of an endpoint. */
export type EndpointFields = Pick<
  WebhookEndpoint,
  'url' | 'name' | 'description' | 'eventTypes' | 'enabled' | 'trailReach' | 'trailMaker'
>;

const columns = `
  id, url, name, description, event_types AS "eventTypes", enabled, disabled_reason AS "disabledReason",
  disabled_at AS "disabledAt", failing_since AS "failingSince", secret_hint AS "secretHint", public_key AS "publicKey",
  CASE WHEN previous_secrets_until > now() THEN previous_secrets_until END AS "previousSecretsUntil",
  trail_reach AS "trailReach", trail_maker AS "trailMaker", created_at AS "createdAt", updated_at AS "updatedAt"`;

const OWNED = 'organization = $1 AND project = $2';

/** Rows of `jobs.webhook_endpoints`. */
@Injectable()
export class WebhookEndpointRepository {
  constructor(private readonly database: Database) {}

  /** Undefined where the project has `most` already. */
  async insert(
    owner: Owner,
    endpoint: EndpointFields & { id: string; secrets: StoredSecrets },
    most: number,
  ): Promise<WebhookEndpoint | undefined> {
    return this.database.transaction(async (transaction) => {
      // Two at a time could otherwise both be the last that fits.
      await transaction.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [
        `webhook endpoints of ${owner.organization}/${owner.project}`,
      ]);
      const { id, url, name, description, eventTypes, enabled, trailReach, trailMaker, secrets } = endpoint;
      const [row] = await transaction.query<WebhookEndpoint>(
        `INSERT INTO jobs.webhook_endpoints
           (organization, project, id, url, name, description, event_types, enabled, secrets, secret_hint, public_key, trail_reach, trail_maker)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $13, $14::jsonb
         WHERE (SELECT count(*) FROM jobs.webhook_endpoints WHERE ${OWNED}) < $12
         RETURNING ${columns}`,
        [
          ...ownerParameters(owner),
          id,
          url,
          storableText(name),
          storableText(description),
          eventTypes,
          enabled,
          secrets.sealed,
          secrets.hint,
          secrets.publicKey,
          most,
          trailReach,
          JSON.stringify(trailMaker),
        ],
      );
      return row;
    });
  }

  async find(owner: Owner, id: string): Promise<WebhookEndpoint | undefined> {
    const [row] = await this.database
      .asTenant(owner)
      .query<WebhookEndpoint>(`SELECT ${columns} FROM jobs.webhook_endpoints WHERE ${OWNED} AND id = $3`, [
        ...ownerParameters(owner),
        storableText(id),
      ]);
    return row;
  }

  /** Newest first, after the endpoint `after` where one is given. */
  list(owner: Owner, { after, limit }: { after?: string | undefined; limit: number }): Promise<WebhookEndpoint[]> {
    return this.database.asTenant(owner).query<WebhookEndpoint>(
      `SELECT ${columns} FROM jobs.webhook_endpoints
       WHERE ${OWNED} AND ($3::text IS NULL OR (created_at, id) < (
         SELECT created_at, id FROM jobs.webhook_endpoints WHERE ${OWNED} AND id = $3))
       ORDER BY created_at DESC, id DESC LIMIT $4`,
      [...ownerParameters(owner), after === undefined ? null : storableText(after), limit],
    );
  }

  /**
   * Switched on, an endpoint starts anew: nothing is known of whether it fails. Switched off, what waits for it is given up, and can
   * be replayed.
   */
  async update(owner: Owner, id: string, fields: Partial<EndpointFields>): Promise<WebhookEndpoint | undefined> {
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<WebhookEndpoint>(
        `UPDATE jobs.webhook_endpoints SET url = coalesce($4, url), name = coalesce($5, name),
           description = coalesce($6, description), event_types = coalesce($7, event_types),
           enabled = coalesce($8, enabled), updated_at = now(),
           trail_reach = CASE WHEN $9 THEN $10 ELSE trail_reach END,
           trail_maker = CASE WHEN $9 THEN $11::jsonb ELSE trail_maker END,
           disabled_reason = CASE WHEN $8 IS NULL THEN disabled_reason END,
           disabled_at = CASE WHEN $8 IS NULL THEN disabled_at WHEN NOT $8 THEN coalesce(disabled_at, now()) END,
           failing_since = CASE WHEN $8 OR $4 IS NOT NULL THEN NULL ELSE failing_since END,
           throttled_until = CASE WHEN $8 OR $4 IS NOT NULL THEN NULL ELSE throttled_until END
         WHERE ${OWNED} AND id = $3 RETURNING ${columns}`,
        [
          ...ownerParameters(owner),
          storableText(id),
          fields.url ?? null,
          fields.name === undefined ? null : storableText(fields.name),
          fields.description === undefined ? null : storableText(fields.description),
          fields.eventTypes ?? null,
          fields.enabled ?? null,
          fields.trailReach !== undefined,
          fields.trailReach ?? null,
          JSON.stringify(fields.trailMaker ?? null),
        ],
      );
      if (row && fields.enabled === false) await this.giveUpWaiting(transaction, row.id);
      return row;
    });
  }

  /** Puts new secrets in the place of the old ones, which sign beside them until the overlap is over. */
  async rotate(
    owner: Owner,
    id: string,
    { secrets, overlapMilliseconds }: { secrets: StoredSecrets; overlapMilliseconds: number },
  ): Promise<WebhookEndpoint | undefined> {
    const [row] = await this.database.query<WebhookEndpoint>(
      `UPDATE jobs.webhook_endpoints SET previous_secrets = CASE WHEN $7 > 0 THEN secrets END,
         previous_secrets_until = CASE WHEN $7 > 0 THEN now() + $7::double precision * interval '1 millisecond' END,
         secrets = $4, secret_hint = $5, public_key = $6, updated_at = now()
       WHERE ${OWNED} AND id = $3 RETURNING ${columns}`,
      [
        ...ownerParameters(owner),
        storableText(id),
        secrets.sealed,
        secrets.hint,
        secrets.publicKey,
        overlapMilliseconds,
      ],
    );
    return row;
  }

  /** Returns whether there was such an endpoint. Its deliveries go with it. */
  async delete(owner: Owner, id: string): Promise<boolean> {
    const rows = await this.database.query<{ id: string }>(
      `DELETE FROM jobs.webhook_endpoints WHERE ${OWNED} AND id = $3 RETURNING id`,
      [...ownerParameters(owner), storableText(id)],
    );
    return rows.length > 0;
  }

  private async giveUpWaiting(transaction: Transaction, id: string): Promise<void> {
    await transaction.query(
      `UPDATE jobs.webhook_deliveries
       SET status = 'failed', reason = 'endpoint_disabled', ended_at = now(), lease = NULL, lease_until = NULL
       WHERE endpoint_id = $1 AND status = 'pending'`,
      [id],
    );
  }
}

function ownerParameters({ organization, project }: Owner): [string, string] {
  return [organization, project];
}
