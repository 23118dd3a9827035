import type { MigrationInterface, QueryRunner } from 'typeorm';

/** For plans, which bound how long what is kept of a project's requests stays. */
export class IndexPayloadsByAge1764000000120 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX payloads_by_age ON audit.payloads (organization, project, kept_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX audit.payloads_by_age');
  }
}
