import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Batches at providers, and where the lines of ours are that went there: `native` at the provider, `returned` to be sent online,
 * `done` with or sent online. A batch of ours counts those at providers and those that came back, so that the dispatcher, which
 * looks several times a second, need not.
 */
export class CreateNativeBatches1764700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE jobs.batches
        ADD native_planned_at timestamptz,
        ADD native_lines integer NOT NULL DEFAULT 0 CHECK (native_lines >= 0),
        ADD returned_lines integer NOT NULL DEFAULT 0 CHECK (returned_lines >= 0),
        ADD saved_nano_usd bigint NOT NULL DEFAULT 0`);
    await runner.query(`ALTER TABLE jobs.batch_results ADD saved_nano_usd bigint NOT NULL DEFAULT 0`);
    await runner.query(`
      CREATE TABLE jobs.native_batches (
        id text PRIMARY KEY,
        batch_id text NOT NULL REFERENCES jobs.batches (id) ON DELETE CASCADE,
        provider text NOT NULL,
        model text NOT NULL,
        revision integer NOT NULL,
        target jsonb NOT NULL,
        batch_price jsonb NOT NULL,
        decision jsonb NOT NULL,
        lines integer NOT NULL CHECK (lines > 0),
        state text NOT NULL DEFAULT 'planned'
          CHECK (state IN ('planned', 'submitting', 'running', 'fetching', 'ended', 'failed', 'cancelled', 'unknown')),
        remote_id text,
        remote_status text,
        message text,
        give_up_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        submitting_at timestamptz,
        submitted_at timestamptz,
        cancelling_at timestamptz,
        ended_at timestamptz,
        looks integer NOT NULL DEFAULT 0,
        look_at timestamptz NOT NULL DEFAULT now(),
        lease_holder text,
        lease_until timestamptz
      )`);
    await runner.query(`
      CREATE INDEX native_batches_open ON jobs.native_batches (look_at)
        WHERE state IN ('planned', 'submitting', 'running', 'fetching')`);
    await runner.query(`CREATE INDEX native_batches_of_batch ON jobs.native_batches (batch_id)`);
    await runner.query(`
      CREATE TABLE jobs.native_lines (
        batch_id text NOT NULL,
        line integer NOT NULL,
        native_id text NOT NULL REFERENCES jobs.native_batches (id) ON DELETE CASCADE,
        place text NOT NULL DEFAULT 'native' CHECK (place IN ('native', 'returned', 'done')),
        PRIMARY KEY (batch_id, line)
      )`);
    await runner.query(`CREATE INDEX native_lines_of ON jobs.native_lines (native_id)`);
    await runner.query(
      `CREATE INDEX native_lines_returned ON jobs.native_lines (batch_id, line) WHERE place = 'returned'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE jobs.native_lines, jobs.native_batches`);
    await runner.query(`ALTER TABLE jobs.batch_results DROP saved_nano_usd`);
    await runner.query(`
      ALTER TABLE jobs.batches DROP native_planned_at, DROP native_lines, DROP returned_lines, DROP saved_nano_usd`);
  }
}
