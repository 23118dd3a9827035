import { setTimeout } from 'node:timers/promises';

import type { Client } from 'pg';

const LOCK = 4_006;
const LOOK_EVERY_MILLISECONDS = 20;

/** What is published and not yet noted as such: lines of batches, and jobs. */
const PLACES = [
  {
    table: 'jobs.batches',
    column: 'published_lines',
    when: 'NEW.published_lines > OLD.published_lines',
  },
  {
    table: 'jobs.jobs',
    column: 'published_at',
    when: 'OLD.published_at IS NULL AND NEW.published_at IS NOT NULL',
  },
] as const;

/**
 * Stops jobs between publishing and noting that it did: while the gate is shut the note waits for a lock that we have. So the moment
 * between the two, which is short by itself, can be hit every time, without a line for it in the service.
 */
export class PublicationGate {
  private constructor(private readonly client: Client) {}

  /** On a connection that is kept for as long as the gate is used. */
  static async build(client: Client): Promise<PublicationGate> {
    await client.query(`CREATE OR REPLACE FUNCTION jobs.faults_wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
      $$BEGIN PERFORM pg_advisory_xact_lock_shared(${LOCK}); RETURN NEW; END$$`);
    for (const { table, column, when } of PLACES) {
      await client.query(`CREATE OR REPLACE TRIGGER faults_wait_at_gate BEFORE UPDATE OF ${column} ON ${table}
        FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION jobs.faults_wait_at_gate()`);
    }
    return new PublicationGate(client);
  }

  async shut(): Promise<void> {
    await this.client.query('SELECT pg_advisory_lock($1)', [LOCK]);
  }

  /** Until something that is published waits to be noted; false where nothing came. */
  async untilSomebodyWaits(withinMilliseconds: number): Promise<boolean> {
    const deadline = Date.now() + withinMilliseconds;
    while (Date.now() < deadline) {
      const { rowCount } = await this.client.query(WAITING, [LOCK]);
      if (rowCount) return true;
      await setTimeout(LOOK_EVERY_MILLISECONDS);
    }
    return false;
  }

  /** Ends the connections that wait, whose process is dead: nobody commits the note for it. */
  async turnAway(): Promise<void> {
    await this.client.query(`SELECT pg_terminate_backend(pid) FROM (${WAITING}) AS waiting`, [LOCK]);
  }

  async open(): Promise<void> {
    await this.client.query('SELECT pg_advisory_unlock_all()');
  }
}

const WAITING = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted`;
