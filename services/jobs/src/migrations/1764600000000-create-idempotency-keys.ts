import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which object was made under which idempotency key of a caller, and of what request: written in one transaction with the object. */
export class CreateIdempotencyKeys1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE jobs.idempotency_keys (
        organization text NOT NULL,
        project text NOT NULL,
        key text NOT NULL,
        idempotency_key text NOT NULL,
        request_hash text NOT NULL,
        object_id text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization, project, key, idempotency_key)
      )`);
    await runner.query(`CREATE INDEX idempotency_keys_by_age ON jobs.idempotency_keys USING brin (created_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE jobs.idempotency_keys`);
  }
}
