import { Injectable } from '@nestjs/common';
import { Database, storableText, type Transaction } from '#libs/storage';
import type { ClaimedDelivery } from './claimed-delivery.js';
import { hasFailedForGood, streakWith } from './failing-streak.policy.js';

/** Why an endpoint was disabled by us, and what its deliveries that are left say. */
export type DisabledReason = 'gone' | 'failing';

/** What is known of an attempt when it has ended. */
export interface AttemptNote {
  readonly latencyMilliseconds: number;
  readonly statusCode: number | null;
  readonly error: string | null;
  readonly response: string | null;
}

/** How a delivery goes on; `waitMilliseconds` is undefined where it is not tried again. */
export type DeliveryOutcome =
  | { readonly status: 'delivered' }
  | {
      readonly status: 'failed';
      readonly reason: string;
      readonly waitMilliseconds: number | undefined;
      readonly throttleMilliseconds: number | undefined;
      readonly isGone: boolean;
    };

interface KnownFailures {
  readonly now: Date;
  readonly enabled: boolean;
  readonly since: Date | null;
  readonly failedAt: Date | null;
}

const MILLISECONDS = `::double precision * interval '1 millisecond'`;

/** Notes how attempts ended. A process that has lost its lease changes nothing. */
@Injectable()
export class DeliveryOutcomeRepository {
  constructor(private readonly database: Database) {}

  /** Resolves to why the endpoint was disabled, where it was. An endpoint that has failed for `disableAfterMilliseconds` is. */
  async settle(
    claimed: ClaimedDelivery,
    how: { note: AttemptNote; outcome: DeliveryOutcome; disableAfterMilliseconds: number },
  ): Promise<DisabledReason | undefined> {
    const { note, outcome, disableAfterMilliseconds } = how;
    return this.database.transaction(async (transaction) => {
      if (!(await this.moveOn(transaction, claimed, outcome))) return undefined;
      await this.noteAttempt(transaction, claimed, { outcome, note });
      if (outcome.status === 'delivered') {
        await this.noteWell(transaction, claimed.endpointId);
        return undefined;
      }
      const isOver = await this.noteFailing(transaction, claimed.endpointId, {
        throttleMilliseconds: outcome.throttleMilliseconds,
        disableAfterMilliseconds,
      });
      const reason = outcome.isGone ? 'gone' : isOver ? 'failing' : undefined;
      if (reason) await this.disable(transaction, claimed.endpointId, reason);
      return reason;
    });
  }

  /** Notes how a test went. It says nothing of whether the endpoint fails, and is not tried again. */
  async settleTest(claimed: ClaimedDelivery, note: AttemptNote, isDelivered: boolean): Promise<void> {
    const outcome: DeliveryOutcome = isDelivered
      ? { status: 'delivered' }
      : {
          status: 'failed',
          reason: 'test',
          waitMilliseconds: undefined,
          throttleMilliseconds: undefined,
          isGone: false,
        };
    await this.database.transaction(async (transaction) => {
      if (await this.moveOn(transaction, claimed, outcome))
        await this.noteAttempt(transaction, claimed, { outcome, note });
    });
  }

  /** Gives a delivery back that this process cannot finish; its attempt stays `unknown`. */
  async release({ id, lease }: ClaimedDelivery): Promise<void> {
    await this.database.query(
      `UPDATE jobs.webhook_deliveries SET lease = NULL, lease_until = NULL WHERE id = $1 AND lease = $2`,
      [id, lease],
    );
  }

  private async moveOn(transaction: Transaction, claimed: ClaimedDelivery, outcome: DeliveryOutcome): Promise<boolean> {
    const wait = outcome.status === 'failed' ? outcome.waitMilliseconds : undefined;
    const rows = await transaction.query(
      `UPDATE jobs.webhook_deliveries SET lease = NULL, lease_until = NULL, status = $3, reason = $4, tries = tries + 1,
         due_at = CASE WHEN $3 = 'pending' THEN now() + $5${MILLISECONDS} ELSE due_at END,
         ended_at = CASE WHEN $3 = 'pending' THEN NULL ELSE now() END
       WHERE id = $1 AND lease = $2 AND status = 'pending' RETURNING id`,
      [
        claimed.id,
        claimed.lease,
        wait === undefined ? outcome.status : 'pending',
        wait === undefined && outcome.status === 'failed' ? outcome.reason : null,
        wait ?? 0,
      ],
    );
    return rows.length > 0;
  }

  private async noteAttempt(
    transaction: Transaction,
    { id, attempt }: ClaimedDelivery,
    { outcome, note }: { outcome: DeliveryOutcome; note: AttemptNote },
  ): Promise<void> {
    await transaction.query(
      `UPDATE jobs.webhook_attempts SET outcome = $3, latency_ms = $4, status_code = $5, error = $6, response = $7
       WHERE delivery_id = $1 AND number = $2`,
      [
        id,
        attempt,
        outcome.status,
        Math.round(note.latencyMilliseconds),
        note.statusCode,
        note.error === null ? null : storableText(note.error),
        note.response === null ? null : storableText(note.response),
      ],
    );
  }

  /** The row of an endpoint that is well anyway is left alone: all its deliveries would wait for each other. */
  private async noteWell(transaction: Transaction, endpointId: string): Promise<void> {
    await transaction.query(
      `UPDATE jobs.webhook_endpoints SET failing_since = NULL, throttled_until = NULL
       WHERE id = $1 AND (failing_since IS NOT NULL OR throttled_until IS NOT NULL)`,
      [endpointId],
    );
  }

  /** Whether it has failed for so long that it is to be disabled. */
  private async noteFailing(
    transaction: Transaction,
    endpointId: string,
    how: { throttleMilliseconds: number | undefined; disableAfterMilliseconds: number },
  ): Promise<boolean> {
    const [row] = await transaction.query<KnownFailures>(
      `SELECT now() AS now, enabled, failing_since AS since, failed_at AS "failedAt" FROM jobs.webhook_endpoints
       WHERE id = $1 FOR UPDATE`,
      [endpointId],
    );
    if (!row) return false;
    const { now, enabled, since, failedAt } = row;
    const streak = streakWith(now, since && failedAt ? { since, failedAt } : undefined);
    await transaction.query(
      `UPDATE jobs.webhook_endpoints SET failing_since = $2, failed_at = $3,
         throttled_until = greatest(throttled_until, now() + $4${MILLISECONDS}) WHERE id = $1`,
      [endpointId, streak.since, streak.failedAt, how.throttleMilliseconds ?? null],
    );
    return enabled && hasFailedForGood(streak, how.disableAfterMilliseconds);
  }

  private async disable(transaction: Transaction, endpointId: string, reason: DisabledReason): Promise<void> {
    await transaction.query(
      `UPDATE jobs.webhook_endpoints
       SET enabled = false, disabled_reason = $2, disabled_at = now(), updated_at = now() WHERE id = $1 AND enabled`,
      [endpointId, reason],
    );
    await transaction.query(
      `UPDATE jobs.webhook_deliveries
       SET status = 'failed', reason = 'endpoint_disabled', ended_at = now(), lease = NULL, lease_until = NULL
       WHERE endpoint_id = $1 AND status = 'pending'`,
      [endpointId],
    );
  }
}
