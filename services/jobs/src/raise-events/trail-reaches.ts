import { Injectable } from '@nestjs/common';
import { callersRenewedSchema, Subject, type Caller } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import { Database } from '#libs/storage';
import type { TrailReach } from '../keep-webhooks/webhook-endpoint.repository.js';
import { trailReachOf, type Maker } from '../manage-webhooks/trail-reach.policy.js';

/** How long somebody is still believed to be what they were. */
const KNOWN_MILLISECONDS = 5_000;
const MOST_AT_ONCE = 100;

const MAKERS = `
SELECT DISTINCT trail_maker AS maker FROM jobs.webhook_endpoints
WHERE organization = ANY($1) AND trail_reach IS NOT NULL AND trail_maker IS NOT NULL`;

/** Never more than it was: who got a role since gives it to their endpoints by changing them. */
const NARROW = `
UPDATE jobs.webhook_endpoints SET trail_reach = $2, updated_at = now()
WHERE trail_maker = $1::jsonb AND (trail_reach = 'organization' OR (trail_reach = 'project' AND $2::text IS NULL))
  AND trail_reach IS DISTINCT FROM $2`;

/** Endpoints hear of the trail no longer than whoever gave them that may read it: takes from them what their makers have lost. */
@Injectable()
export class TrailReaches {
  private readonly askedUntil = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly messaging: Messaging,
    private readonly log: ServiceLogger,
  ) {}

  /** Changes nothing while control does not answer: nobody loses a role then either. @throws StorageUnavailable */
  async renew(organizations: readonly string[], now = Date.now()): Promise<void> {
    if (organizations.length === 0) return;
    const rows = await this.database.query<{ maker: Maker }>(MAKERS, [organizations]);
    for (const [name, until] of this.askedUntil) if (until <= now) this.askedUntil.delete(name);
    const due = rows.map(({ maker }) => maker).filter((maker) => !this.askedUntil.has(JSON.stringify(maker)));
    for (let start = 0; start < due.length; start += MOST_AT_ONCE)
      await this.renewSome(due.slice(start, start + MOST_AT_ONCE), now);
  }

  private async renewSome(makers: readonly Maker[], now: number): Promise<void> {
    const renewed = await this.messaging
      .ask(Subject.callersRenew, { callers: makers }, callersRenewedSchema)
      .catch((error: unknown) => this.log.warn({ error }, 'who made webhooks of the trail could not be asked for'));
    if (!renewed) return;
    for (const [index, maker] of makers.entries()) {
      await this.database.query(NARROW, [JSON.stringify(maker), reachOf(renewed.callers[index])]);
      this.askedUntil.set(JSON.stringify(maker), now + KNOWN_MILLISECONDS);
    }
  }
}

function reachOf(caller: Caller | null | undefined): TrailReach {
  const reach = caller ? trailReachOf(caller) : 'none';
  return reach === 'none' ? null : reach;
}
