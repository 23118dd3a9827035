import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who releases work, what an operator has paused, and how fast queues move. */
export class ScheduleWork1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE jobs.dispatcher (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        holder text NOT NULL,
        lease_until timestamptz NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE jobs.queue_pauses (
        scope text NOT NULL CHECK (scope IN ('all', 'provider', 'model', 'project')),
        name text NOT NULL,
        reason text,
        paused_by text NOT NULL,
        paused_at timestamptz NOT NULL DEFAULT now(),
        until timestamptz,
        PRIMARY KEY (scope, name)
      )`);
    await runner.query(`
      CREATE TABLE jobs.queue_speeds (
        model text PRIMARY KEY,
        per_second double precision NOT NULL,
        measured_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE jobs.queue_speeds, jobs.queue_pauses, jobs.dispatcher`);
  }
}
