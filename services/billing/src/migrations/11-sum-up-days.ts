import type { MigrationInterface, QueryRunner } from 'typeorm';
import { showRowsToEverybody, showRowsToTenants } from '#libs/storage';

const OF_PROJECTS = ['billing.usage_days', 'billing.latency_days'];

/** Sums of whole days (UTC) beside those of hours, filled in day by day once a day is over. Nothing is summed up here: that takes a while. */
export class SumUpDays1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE billing.usage_days (LIKE billing.usage_hours INCLUDING DEFAULTS);
      ALTER TABLE billing.usage_days RENAME COLUMN hour TO day;
      ALTER TABLE billing.usage_days ADD CONSTRAINT usage_days_pkey
        PRIMARY KEY (kind, organization, project, day, value, key, model, provider);
      CREATE TABLE billing.latency_days (LIKE billing.latency_hours INCLUDING DEFAULTS);
      ALTER TABLE billing.latency_days RENAME COLUMN hour TO day;
      ALTER TABLE billing.latency_days ADD CONSTRAINT latency_days_pkey
        PRIMARY KEY (kind, organization, project, day, value, key, model, provider, bucket);
      CREATE TABLE billing.summed_days (is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only), before timestamptz NOT NULL);
      CREATE INDEX usage_hours_hour ON billing.usage_hours USING brin (hour) WITH (pages_per_range = 32);
      CREATE INDEX latency_hours_hour ON billing.latency_hours USING brin (hour) WITH (pages_per_range = 32)`);
    for (const table of OF_PROJECTS) await runner.query(showRowsToTenants(table, { hasProject: true }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(showRowsToEverybody(OF_PROJECTS));
    await runner.query(`
      DROP INDEX billing.latency_hours_hour, billing.usage_hours_hour;
      DROP TABLE billing.summed_days, billing.latency_days, billing.usage_days`);
  }
}
