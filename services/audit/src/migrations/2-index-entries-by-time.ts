import type { MigrationInterface, QueryRunner } from 'typeorm';

/** For those who read the traffic of a time, page by page. */
export class IndexEntriesByTime1764000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX entries_recorded_at ON audit.entries (recorded_at, organization, sequence)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX audit.entries_recorded_at');
  }
}
