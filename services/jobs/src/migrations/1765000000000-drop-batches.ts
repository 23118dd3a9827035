import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Batches are forgotten in two steps: first the lines and results of one that has ended, then its row. From `lines_closed_at` on
 * no result of it is stored, so that one that comes late is not counted again. What a batch at a provider answered and saved is
 * noted in its own row, since it was added up from results.
 */
export class DropBatches1765000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs.batches ADD lines_closed_at timestamptz, ADD lines_dropped_at timestamptz`);
    await runner.query(`ALTER TABLE jobs.native_batches ADD answered_lines integer, ADD saved_nano_usd bigint`);
    const ended = `coalesce(completed_at, failed_at, expired_at, cancelled_at)`;
    await runner.query(`CREATE INDEX batches_with_lines ON jobs.batches ((${ended}))
      WHERE lines_dropped_at IS NULL AND status IN ('completed', 'failed', 'expired', 'cancelled')`);
    await runner.query(
      `CREATE INDEX batches_without_lines ON jobs.batches ((${ended})) WHERE lines_dropped_at IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX jobs.batches_without_lines, jobs.batches_with_lines`);
    await runner.query(`ALTER TABLE jobs.native_batches DROP answered_lines, DROP saved_nano_usd`);
    await runner.query(`ALTER TABLE jobs.batches DROP lines_closed_at, DROP lines_dropped_at`);
  }
}
