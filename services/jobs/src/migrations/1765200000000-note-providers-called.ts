import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who was called for a line or a job, so that limits of providers count it for those alone. Null where it is not known. */
export class NoteProvidersCalled1765200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs.batch_results ADD providers text`);
    await runner.query(`ALTER TABLE jobs.jobs ADD providers text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE jobs.jobs DROP providers`);
    await runner.query(`ALTER TABLE jobs.batch_results DROP providers`);
  }
}
