import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who gave an endpoint its reach of the trail, which it keeps no longer than they do. Nobody knows it of endpoints of before. */
export class NameMakersOfWebhooks1765300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs.webhook_endpoints ADD trail_maker jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE jobs.webhook_endpoints DROP trail_maker');
  }
}
