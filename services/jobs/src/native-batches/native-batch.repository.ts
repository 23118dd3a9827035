import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';
import {
  OPEN_STATES,
  statesBefore,
  type NativeBatch,
  type NativeState,
  type PlannedNativeBatch,
} from './native-batch.js';

const COLUMNS = `id, batch_id AS "batchId", provider, model, revision, target, batch_price AS "batchPrice", decision, lines,
  state, remote_id AS "remoteId", give_up_at AS "giveUpAt", submitting_at AS "submittingAt",
  submitted_at AS "submittedAt", cancelling_at AS "cancellingAt", looks`;

/** What changes besides the state. */
export interface NativeChanges {
  readonly remoteId?: string;
  readonly remoteStatus?: string;
  readonly message?: string;
}

/** Rows of `jobs.native_batches` and `jobs.native_lines`. Every change is made on the condition that the lease is held. */
@Injectable()
export class NativeBatchRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes lines out of the online lane and notes where they are to go, all or nothing, once for each batch and before the first
   * goes online. `isAll`: no line is left for the online lane. False where it is too late, or the batch is not in progress.
   */
  async plan(batchId: string, planned: readonly PlannedNativeBatch[], { isAll }: { isAll: boolean }): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const lines = planned.reduce((sum, { lineNumbers }) => sum + lineNumbers.length, 0);
      const rows = await transaction.query(
        `UPDATE jobs.batches SET native_planned_at = now(), native_lines = $2::integer,
           offered_lines = CASE WHEN $3 THEN total_lines ELSE offered_lines END,
           published_lines = CASE WHEN $3 THEN total_lines ELSE published_lines END
         WHERE id = $1 AND native_planned_at IS NULL AND offered_lines = 0 AND status = 'in_progress' RETURNING 1`,
        [batchId, lines, isAll],
      );
      if (rows.length === 0) return false;
      for (const { lineNumbers, ...batch } of planned) {
        await transaction.query(
          `INSERT INTO jobs.native_batches (id, batch_id, provider, model, revision, target, batch_price, decision, lines, give_up_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
          [
            batch.id,
            batchId,
            batch.provider,
            batch.model,
            batch.revision,
            JSON.stringify(batch.target),
            JSON.stringify(batch.batchPrice),
            JSON.stringify(batch.decision),
            lineNumbers.length,
            batch.giveUpAt,
          ],
        );
        await transaction.query(
          `INSERT INTO jobs.native_lines (batch_id, line, native_id) SELECT $1, unnest($2::integer[]), $3`,
          [batchId, lineNumbers, batch.id],
        );
      }
      return true;
    });
  }

  /** Takes those that are to be looked at now, at once also where their batch is not in progress any more. */
  async claim(
    holder: string,
    how: { most: number; leaseMilliseconds: number; except: readonly string[] },
  ): Promise<NativeBatch[]> {
    return this.database.query<NativeBatch>(
      `UPDATE jobs.native_batches SET lease_holder = $1, lease_until = now() + $3::double precision * interval '1 millisecond'
       WHERE id IN (
         SELECT n.id FROM jobs.native_batches n JOIN jobs.batches b ON b.id = n.batch_id
         WHERE n.state = ANY($5)
           AND (n.look_at <= now()
             OR (n.cancelling_at IS NULL AND n.state IN ('planned', 'running') AND b.status <> 'in_progress'))
           AND (n.lease_until IS NULL OR n.lease_until < now()) AND NOT n.id = ANY($4)
         ORDER BY n.look_at LIMIT $2 FOR UPDATE OF n SKIP LOCKED)
       RETURNING ${COLUMNS}`,
      [holder, how.most, how.leaseMilliseconds, how.except, OPEN_STATES],
    );
  }

  /** Keeps leases; those it no longer returns are lost. */
  async renew(holder: string, ids: readonly string[], leaseMilliseconds: number): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `UPDATE jobs.native_batches SET lease_until = now() + $3::double precision * interval '1 millisecond'
       WHERE id = ANY($2) AND lease_holder = $1 RETURNING id`,
      [holder, ids, leaseMilliseconds],
    );
    return rows.map(({ id }) => id);
  }

  /** Gives one back, to be looked at again after the pause. */
  async release(holder: string, id: string, pauseMilliseconds: number): Promise<void> {
    await this.database.query(
      `UPDATE jobs.native_batches SET lease_holder = NULL, lease_until = NULL, looks = looks + 1,
         look_at = now() + $3::double precision * interval '1 millisecond'
       WHERE id = $2 AND lease_holder = $1`,
      [holder, id, pauseMilliseconds],
    );
  }

  /** Moves one along an edge. Undefined where it is not in a state from which it may go there, or the lease is lost. */
  async move(
    id: string,
    holder: string,
    to: NativeState,
    changes: NativeChanges = {},
  ): Promise<NativeBatch | undefined> {
    const [row] = await this.database.query<NativeBatch>(MOVE, moveParameters({ id, holder, to, changes }));
    return row;
  }

  /** Notes what the provider last said, and that it was asked for the end. */
  async note(id: string, holder: string, { status, cancelled }: { status: string; cancelled: boolean }): Promise<void> {
    await this.database.query(
      `UPDATE jobs.native_batches SET remote_status = $3,
         cancelling_at = CASE WHEN $4 THEN coalesce(cancelling_at, now()) ELSE cancelling_at END
       WHERE id = $1 AND lease_holder = $2`,
      [id, holder, status, cancelled],
    );
  }

  /** The numbers of the lines that are at the provider. */
  async linesOf(id: string): Promise<number[]> {
    const rows = await this.database.query<{ line: number }>(
      `SELECT line FROM jobs.native_lines WHERE native_id = $1 AND place = 'native' ORDER BY line`,
      [id],
    );
    return rows.map(({ line }) => line);
  }

  /** Gives some lines back to the online lane, while the others stay at the provider. */
  async giveBack(id: string, lines: readonly number[]): Promise<void> {
    if (lines.length === 0) return;
    await this.database.transaction(async (transaction) => {
      await transaction.query(RETURN_LINES, [id, lines]);
    });
  }

  /**
   * Ends one: the lines `done` have their results on the way, all others go back to the online lane. Undefined where that was
   * done before or the lease is lost; then nothing has changed. Otherwise the number of lines that go back.
   */
  async end(
    id: string,
    holder: string,
    how: { to: NativeState; done: readonly number[]; changes?: NativeChanges },
  ): Promise<number | undefined> {
    return this.database.transaction(async (transaction) => {
      const rows = await transaction.query(
        MOVE,
        moveParameters({ id, holder, to: how.to, changes: how.changes ?? {} }),
      );
      if (rows.length === 0) return undefined;
      await transaction.query(DONE_LINES, [id, how.done]);
      const [returned] = await transaction.query<{ count: number }>(RETURN_LINES, [id, null]);
      return returned?.count ?? 0;
    });
  }
}

const MOVE = `
  UPDATE jobs.native_batches SET state = $3, looks = 0,
    submitting_at = CASE WHEN $3 = 'submitting' THEN now() ELSE submitting_at END,
    submitted_at = CASE WHEN $3 = 'running' THEN coalesce(submitting_at, now()) ELSE submitted_at END,
    ended_at = CASE WHEN $3 = ANY($8) THEN NULL ELSE now() END,
    remote_id = coalesce($5, remote_id), remote_status = coalesce($6, remote_status), message = coalesce($7, message)
  WHERE id = $1 AND lease_holder = $2 AND state = ANY($4)
  RETURNING ${COLUMNS}`;

function moveParameters({
  id,
  holder,
  to,
  changes,
}: {
  id: string;
  holder: string;
  to: NativeState;
  changes: NativeChanges;
}): unknown[] {
  const { remoteId = null, remoteStatus = null, message = null } = changes;
  return [id, holder, to, statesBefore(to), remoteId, remoteStatus, message, OPEN_STATES];
}

/** Their results are on the way from now on: whoever looks for lost lines counts from here. */
const DONE_LINES = `
  WITH moved AS (
    UPDATE jobs.native_lines SET place = 'done' WHERE native_id = $1 AND line = ANY($2) AND place = 'native'
    RETURNING batch_id
  )
  UPDATE jobs.batches b SET native_lines = b.native_lines - m.count, swept_at = now()
  FROM (SELECT batch_id, count(*)::integer AS count FROM moved GROUP BY batch_id) m WHERE b.id = m.batch_id`;

/** Lines that have ended meanwhile are done with. Null stands for all that are left. */
const RETURN_LINES = `
  WITH moved AS (
    UPDATE jobs.native_lines n SET place = CASE WHEN r.line IS NULL THEN 'returned' ELSE 'done' END
    FROM jobs.native_lines l LEFT JOIN jobs.batch_results r ON r.batch_id = l.batch_id AND r.line = l.line
    WHERE n.batch_id = l.batch_id AND n.line = l.line AND l.native_id = $1 AND l.place = 'native'
      AND ($2::integer[] IS NULL OR l.line = ANY($2))
    RETURNING n.batch_id, n.place
  ), counted AS (
    SELECT batch_id, count(*)::integer AS all, (count(*) FILTER (WHERE place = 'returned'))::integer AS returned
    FROM moved GROUP BY batch_id
  )
  UPDATE jobs.batches b SET native_lines = b.native_lines - c.all, returned_lines = b.returned_lines + c.returned,
    swept_at = now()
  FROM counted c WHERE b.id = c.batch_id
  RETURNING c.returned AS count`;
