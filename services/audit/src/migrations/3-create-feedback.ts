import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What callers think of answers. */
export class CreateFeedback1764000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit.feedback (
        request_id text NOT NULL CONSTRAINT feedback_pkey PRIMARY KEY,
        organization text NOT NULL,
        project text NOT NULL,
        key text NOT NULL,
        score double precision NOT NULL,
        comment text,
        at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX feedback_owner ON audit.feedback (organization, project, request_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit.feedback');
  }
}
