import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which key of its name made a batch; not known of batches of before, nor of keys in the file. */
export class NameKeysOfBatches1765600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs.batches ADD key_id text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs.batches DROP key_id');
  }
}
