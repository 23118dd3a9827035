import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What part of the trail an endpoint hears of: what whoever gave it its filters and address may read. */
export class LetWebhooksHearOfTheTrail1765100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE jobs.webhook_endpoints ADD trail_reach text CHECK (trail_reach IN ('project', 'organization'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs.webhook_endpoints DROP trail_reach');
  }
}
