import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Files may be deleted and expire. A batch outlives its files, so its columns name them without being foreign keys. The bytes
 * of a file are looked for by their key when the store is searched for what no file names.
 */
export class DropFiles1764121000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs.files ADD COLUMN expires_at timestamptz, ADD COLUMN deleted_at timestamptz`);
    await runner.query(`
      CREATE INDEX files_to_drop ON jobs.files (least(deleted_at, expires_at))
        WHERE deleted_at IS NOT NULL OR expires_at IS NOT NULL`);
    await runner.query(`CREATE INDEX files_by_blob_key ON jobs.files (blob_key)`);
    await runner.query(`
      ALTER TABLE jobs.batches ADD COLUMN output_expires_after_seconds integer,
        DROP CONSTRAINT batches_input_file_id_fkey,
        DROP CONSTRAINT batches_output_file_id_fkey,
        DROP CONSTRAINT batches_error_file_id_fkey`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs.batches DROP COLUMN output_expires_after_seconds`);
    await runner.query(`DROP INDEX jobs.files_by_blob_key, jobs.files_to_drop`);
    await runner.query(`ALTER TABLE jobs.files DROP COLUMN expires_at, DROP COLUMN deleted_at`);
  }
}
