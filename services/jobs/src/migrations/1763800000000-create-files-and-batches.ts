import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Files, batches, their lines and the results of those. `batches` is updated for every few hundred results, hence its low
 * fill factor (updates stay on the page) and the absence of indexes on counters. Answers are kept uncompressed: they are
 * written once and read once, and compressing them costs more than the disk they take. The lines of a batch are written once,
 * in one transaction with its row, and their names were compared before: a foreign key and a unique name would say nothing
 * more, for twice the cost of each line.
 */
export class CreateFilesAndBatches1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE jobs.files (
        id text PRIMARY KEY,
        organization text NOT NULL,
        project text NOT NULL,
        filename text NOT NULL,
        purpose text NOT NULL,
        bytes bigint NOT NULL CHECK (bytes >= 0),
        sha256 text NOT NULL,
        blob_key text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`CREATE INDEX files_by_tenant ON jobs.files (organization, project, created_at, id)`);
    await runner.query(`
      CREATE TABLE jobs.batches (
        id text PRIMARY KEY,
        organization text NOT NULL,
        project text NOT NULL,
        key text NOT NULL,
        endpoint text NOT NULL,
        completion_window text NOT NULL,
        input_file_id text NOT NULL REFERENCES jobs.files (id),
        metadata jsonb,
        status text NOT NULL,
        ends_as text,
        model text,
        errors jsonb,
        output_file_id text REFERENCES jobs.files (id),
        error_file_id text REFERENCES jobs.files (id),
        total_lines integer NOT NULL DEFAULT 0,
        offered_lines integer NOT NULL DEFAULT 0,
        published_lines integer NOT NULL DEFAULT 0,
        completed_lines integer NOT NULL DEFAULT 0,
        failed_lines integer NOT NULL DEFAULT 0,
        unfinished_lines integer NOT NULL DEFAULT 0,
        prompt_tokens bigint NOT NULL DEFAULT 0,
        cached_prompt_tokens bigint NOT NULL DEFAULT 0,
        completion_tokens bigint NOT NULL DEFAULT 0,
        reasoning_tokens bigint NOT NULL DEFAULT 0,
        cost_nano_usd bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        in_progress_at timestamptz,
        finalizing_at timestamptz,
        completed_at timestamptz,
        failed_at timestamptz,
        expired_at timestamptz,
        cancelling_at timestamptz,
        cancelled_at timestamptz,
        published_at timestamptz,
        swept_at timestamptz,
        sweeps integer NOT NULL DEFAULT 0,
        lease_holder text,
        lease_until timestamptz,
        CHECK (published_lines <= offered_lines AND offered_lines <= total_lines),
        CHECK (completed_lines + failed_lines + unfinished_lines <= total_lines)
      ) WITH (fillfactor = 40)`);
    await runner.query(`CREATE INDEX batches_by_tenant ON jobs.batches (organization, project, created_at, id)`);
    await runner.query(`
      CREATE INDEX batches_not_ended ON jobs.batches (created_at)
        WHERE status IN ('validating', 'in_progress', 'finalizing', 'cancelling')`);
    await runner.query(`
      CREATE TABLE jobs.batch_lines (
        batch_id text NOT NULL,
        line integer NOT NULL CHECK (line > 0),
        custom_id text NOT NULL,
        byte_offset bigint NOT NULL,
        byte_length integer NOT NULL,
        PRIMARY KEY (batch_id, line)
      )`);
    await runner.query(`
      CREATE TABLE jobs.batch_results (
        batch_id text NOT NULL,
        line integer NOT NULL,
        request_id text NOT NULL,
        outcome text NOT NULL,
        status_code integer,
        answer text,
        error_code text,
        error_message text,
        prompt_tokens integer NOT NULL DEFAULT 0,
        cached_prompt_tokens integer NOT NULL DEFAULT 0,
        completion_tokens integer NOT NULL DEFAULT 0,
        reasoning_tokens integer NOT NULL DEFAULT 0,
        cost_nano_usd bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (batch_id, line)
      )`);
    await runner.query(`ALTER TABLE jobs.batch_results ALTER COLUMN answer SET STORAGE EXTERNAL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE jobs.batch_results, jobs.batch_lines, jobs.batches, jobs.files`);
  }
}
