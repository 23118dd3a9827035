import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When an endpoint failed last: days in which it heard nothing are no days of failure. Of before that is not known. */
export class NoteLastFailures1765500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs.webhook_endpoints ADD failed_at timestamptz`);
    await runner.query(`UPDATE jobs.webhook_endpoints SET failed_at = failing_since WHERE failing_since IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs.webhook_endpoints DROP failed_at`);
  }
}
