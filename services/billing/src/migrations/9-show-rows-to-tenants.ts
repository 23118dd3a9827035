import type { MigrationInterface, QueryRunner } from 'typeorm';
import { showRowsToEverybody, showRowsToTenants, showRowsWithParents } from '#libs/storage';

const OF_PROJECTS = [
  'billing.charges',
  'billing.superseded_lines',
  'billing.usage_hours',
  'billing.latency_hours',
  'billing.charged_days',
];
const OF_PERIODS = ['billing.reservations', 'billing.settlements', 'billing.budget_grants'];

/** A second wall between tenants: what answers callers is read by a role that has their own rows only. */
export class ShowRowsToTenants1764790000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of OF_PROJECTS) await runner.query(showRowsToTenants(table, { hasProject: true }));
    await runner.query(
      showRowsWithParents('billing.charge_lines', 'billing.charges', 'parent.request_id = child.request_id'),
    );
    // A project sees how the budgets of its organisation stand that bind it, too.
    await runner.query(showRowsToTenants('billing.budget_periods', { hasProject: false }));
    for (const table of OF_PERIODS)
      await runner.query(showRowsWithParents(table, 'billing.budget_periods', 'parent.id = child.period_id'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      showRowsToEverybody([...OF_PERIODS, 'billing.budget_periods', 'billing.charge_lines', ...OF_PROJECTS]),
    );
  }
}
