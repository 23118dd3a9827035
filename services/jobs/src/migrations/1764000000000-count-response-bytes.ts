import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The size of each kept response, and an index by which the newest of a project are added up without reading them. */
export class CountResponseBytes1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs.responses ADD COLUMN bytes bigint NOT NULL DEFAULT 0`);
    await runner.query(`UPDATE jobs.responses SET bytes = octet_length(response) + octet_length(input)`);
    await runner.query(
      `CREATE INDEX responses_by_project ON jobs.responses (organization, project, created_at DESC, id DESC) INCLUDE (bytes)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX jobs.responses_by_project`);
    await runner.query(`ALTER TABLE jobs.responses DROP COLUMN bytes`);
  }
}
