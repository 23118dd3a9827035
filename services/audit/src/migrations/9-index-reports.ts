import type { MigrationInterface, QueryRunner } from 'typeorm';

/** For reports: what is no request is rare among what is, and what a key did is asked of a long time. */
export class IndexReports1764000000080 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX entries_notes ON audit.entries (organization, sequence)
        WHERE type <> ALL ('{request.completed,request.failed,request.cancelled,request.expired}'::text[]);
      CREATE INDEX entries_key ON audit.entries (organization, key, sequence)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX audit.entries_notes, audit.entries_key');
  }
}
