import type { MigrationInterface, QueryRunner } from 'typeorm';
import { showRowsToTenants } from '#libs/storage';

const COUNTED = `purpose NOT IN ('message_batch', 'message_batch_results') AND deleted_at IS NULL`;

/**
 * How many bytes the files of each project have, so that an upload need not add them up. Kept by triggers, so that it holds whoever
 * writes the rows, and once for each statement, in one order, so that two that write files of several projects cannot wait for each
 * other. Files that have expired count until they are taken out; an index finds those few.
 */
export class SumFiles1765650000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE jobs.file_sums (
        organization text NOT NULL,
        project text NOT NULL,
        bytes bigint NOT NULL,
        PRIMARY KEY (organization, project)
      ) WITH (fillfactor = 40)`);
    await runner.query(showRowsToTenants('jobs.file_sums', { hasProject: true }));
    await runner.query(`
      CREATE FUNCTION jobs.sum_files() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'INSERT' THEN
          INSERT INTO jobs.file_sums AS s (organization, project, bytes)
            SELECT organization, project, sum(bytes) FROM come WHERE ${COUNTED}
            GROUP BY organization, project ORDER BY organization, project
            ON CONFLICT (organization, project) DO UPDATE SET bytes = s.bytes + excluded.bytes;
        ELSIF TG_OP = 'DELETE' THEN
          INSERT INTO jobs.file_sums AS s (organization, project, bytes)
            SELECT organization, project, -sum(bytes) FROM gone WHERE ${COUNTED}
            GROUP BY organization, project ORDER BY organization, project
            ON CONFLICT (organization, project) DO UPDATE SET bytes = s.bytes + excluded.bytes;
        ELSE
          INSERT INTO jobs.file_sums AS s (organization, project, bytes)
            SELECT organization, project, sum(bytes) FROM (
              SELECT organization, project, -bytes AS bytes FROM gone WHERE ${COUNTED}
              UNION ALL
              SELECT organization, project, bytes FROM come WHERE ${COUNTED}
            ) changed
            GROUP BY organization, project HAVING sum(bytes) <> 0 ORDER BY organization, project
            ON CONFLICT (organization, project) DO UPDATE SET bytes = s.bytes + excluded.bytes;
        END IF;
        RETURN NULL;
      END $$`);
    const triggers = [
      ['insert', 'NEW TABLE AS come'],
      ['delete', 'OLD TABLE AS gone'],
      ['update', 'OLD TABLE AS gone NEW TABLE AS come'],
    ];
    for (const [event, tables] of triggers)
      await runner.query(`
        CREATE TRIGGER sum_files_${event} AFTER ${event} ON jobs.files REFERENCING ${tables}
          FOR EACH STATEMENT EXECUTE FUNCTION jobs.sum_files()`);
    await runner.query(`
      INSERT INTO jobs.file_sums (organization, project, bytes)
        SELECT organization, project, sum(bytes) FROM jobs.files WHERE ${COUNTED} GROUP BY organization, project`);
    await runner.query(`
      CREATE INDEX files_expiring ON jobs.files (organization, project, expires_at)
        WHERE expires_at IS NOT NULL AND ${COUNTED}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX jobs.files_expiring`);
    for (const event of ['insert', 'delete', 'update'])
      await runner.query(`DROP TRIGGER sum_files_${event} ON jobs.files`);
    await runner.query(`DROP FUNCTION jobs.sum_files`);
    await runner.query(`DROP TABLE jobs.file_sums`);
  }
}
