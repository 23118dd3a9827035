import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Jobs: single requests that are answered later. Facts are JSON in text, since `jsonb` refuses characters that JSON allows.
 * `offers` counts how often a job was taken to be put on its way: at 0 nobody else can have it, and it may end here. `ending`
 * is what such a job is to end as. Bodies and results above a size are in the blob store, under the keys here.
 */
export class CreateJobs1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE jobs.jobs (
        id text PRIMARY KEY,
        request_id text NOT NULL UNIQUE,
        organization text NOT NULL,
        project text NOT NULL,
        key text NOT NULL,
        endpoint text NOT NULL,
        model text NOT NULL,
        is_streamed boolean NOT NULL,
        response_id text,
        previous_response_id text,
        is_background boolean NOT NULL DEFAULT false,
        facts text NOT NULL,
        body bytea,
        body_blob_key text,
        created_at timestamptz NOT NULL DEFAULT now(),
        run_at timestamptz NOT NULL,
        is_scheduled boolean NOT NULL,
        expires_at timestamptz NOT NULL,
        offers integer NOT NULL DEFAULT 0,
        lease_until timestamptz,
        published_at timestamptz,
        swept_at timestamptz,
        run integer NOT NULL DEFAULT 0,
        started_at timestamptz,
        cancelling_at timestamptz,
        ending text,
        outcome text,
        ended_at timestamptz,
        result_status integer,
        result_content_type text,
        result_head text,
        result_body bytea,
        result_blob_key text,
        result_expires_at timestamptz,
        is_result_dropped boolean NOT NULL DEFAULT false,
        error_code text,
        error_message text,
        prompt_tokens bigint,
        cached_prompt_tokens bigint,
        completion_tokens bigint,
        reasoning_tokens bigint,
        cost_nano_usd bigint,
        CHECK ((outcome IS NULL) = (ended_at IS NULL))
      ) WITH (fillfactor = 70)`);
    await runner.query(`CREATE INDEX jobs_by_tenant ON jobs.jobs (organization, project, created_at, id)`);
    await runner.query(`CREATE INDEX jobs_by_age ON jobs.jobs (created_at, id)`);
    await runner.query(
      `CREATE UNIQUE INDEX jobs_by_response ON jobs.jobs (organization, project, response_id) WHERE response_id IS NOT NULL`,
    );
    await runner.query(
      `CREATE INDEX jobs_to_publish ON jobs.jobs (run_at, id) WHERE published_at IS NULL AND outcome IS NULL`,
    );
    await runner.query(
      `CREATE INDEX jobs_under_way ON jobs.jobs (published_at) WHERE published_at IS NOT NULL AND outcome IS NULL`,
    );
    await runner.query(
      `CREATE INDEX jobs_being_cancelled ON jobs.jobs (cancelling_at) WHERE cancelling_at IS NOT NULL AND outcome IS NULL`,
    );
    await runner.query(`CREATE INDEX jobs_unended ON jobs.jobs (organization, project) WHERE outcome IS NULL`);
    await runner.query(`CREATE INDEX jobs_started ON jobs.jobs (started_at) WHERE started_at IS NOT NULL`);
    await runner.query(
      `CREATE INDEX jobs_with_result ON jobs.jobs (result_expires_at) WHERE result_expires_at IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE jobs.jobs`);
  }
}
