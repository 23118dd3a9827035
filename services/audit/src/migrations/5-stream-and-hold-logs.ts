import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far each log is in the stream AUDIT, and whether it is held. What was there before goes into the stream, too. */
export class StreamAndHoldLogs1764000000040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE audit.logs ADD COLUMN streamed bigint NOT NULL DEFAULT 0, ADD COLUMN held_since timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit.logs DROP COLUMN streamed, DROP COLUMN held_since');
  }
}
