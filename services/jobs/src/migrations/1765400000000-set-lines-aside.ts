import type { MigrationInterface, QueryRunner } from 'typeorm';
import { showRowsWithParents } from '#libs/storage';

/**
 * Lines that had to wait while others of their batch went on. `kind` tells apart what waits for different things; `sent_at` is when
 * one was put on its way after all. A batch counts those that wait, so that the dispatcher, which looks several times a second, need not.
 */
export class SetLinesAside1765400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs.batches ADD aside_lines integer NOT NULL DEFAULT 0 CHECK (aside_lines >= 0)`);
    await runner.query(`
      CREATE TABLE jobs.aside_lines (
        batch_id text NOT NULL,
        line integer NOT NULL,
        kind text NOT NULL,
        sent_at timestamptz,
        PRIMARY KEY (batch_id, line)
      )`);
    await runner.query(
      `CREATE INDEX aside_lines_waiting ON jobs.aside_lines (batch_id, kind, line) WHERE sent_at IS NULL`,
    );
    await runner.query(showRowsWithParents('jobs.aside_lines', 'jobs.batches', 'parent.id = child.batch_id'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE jobs.aside_lines`);
    await runner.query(`ALTER TABLE jobs.batches DROP aside_lines`);
  }
}
