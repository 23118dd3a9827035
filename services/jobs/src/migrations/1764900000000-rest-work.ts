import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What waits for room in a limit or a budget, as the dispatching process knows it. */
export class RestWork1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE jobs.queue_rests (
        id text PRIMARY KEY,
        reason text NOT NULL,
        words text NOT NULL,
        until timestamptz NOT NULL,
        noted_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE jobs.queue_rests`);
  }
}
