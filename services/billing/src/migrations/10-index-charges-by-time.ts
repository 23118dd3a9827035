import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Usage is reported of what is rolled up, so that no query needs charges by organization and time in order; an index of blocks by time
 * finds those of a period, and costs next to nothing for each charge.
 */
export class IndexChargesByTime1764800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX billing.charges_organization_ended_at;
      CREATE INDEX charges_ended_at ON billing.charges USING brin (ended_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX billing.charges_ended_at;
      CREATE INDEX charges_organization_ended_at ON billing.charges (organization, ended_at)`);
  }
}
