import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Kept responses. The response and its input are JSON in text: they are given back as they came, and `jsonb` refuses characters
 * that JSON allows. An id counts within its project only, since a provider may have chosen it.
 */
export class CreateResponses1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE jobs.responses (
        organization text NOT NULL,
        project text NOT NULL,
        id text NOT NULL,
        response text NOT NULL,
        input text NOT NULL,
        output_item_ids text[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization, project, id)
      )`);
    await runner.query(`CREATE INDEX responses_by_age ON jobs.responses (created_at)`);
    await runner.query(`CREATE INDEX responses_by_output_item ON jobs.responses USING gin (output_item_ids)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE jobs.responses`);
  }
}
