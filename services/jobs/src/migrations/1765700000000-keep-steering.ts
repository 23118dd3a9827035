import type { MigrationInterface, QueryRunner } from 'typeorm';
import { showRowsWithParents } from '#libs/storage';

/** Where budgets led requests, kept before they go: what is sent again has to go as what its money was set aside for. */
export class KeepSteering1765700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs.jobs ADD steering jsonb`);
    await runner.query(`
      CREATE TABLE jobs.steered_lines (
        batch_id text NOT NULL,
        line integer NOT NULL,
        steering jsonb NOT NULL,
        PRIMARY KEY (batch_id, line)
      )`);
    await runner.query(showRowsWithParents('jobs.steered_lines', 'jobs.batches', 'parent.id = child.batch_id'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE jobs.steered_lines`);
    await runner.query(`ALTER TABLE jobs.jobs DROP steering`);
  }
}
