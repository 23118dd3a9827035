import type { MigrationInterface, QueryRunner } from 'typeorm';
import { showRowsToEverybody, showRowsToTenants, showRowsWithParents } from '#libs/storage';

const OF_PROJECTS = [
  'jobs.files',
  'jobs.batches',
  'jobs.responses',
  'jobs.jobs',
  'jobs.idempotency_keys',
  'jobs.webhook_endpoints',
  'jobs.webhook_deliveries',
];
const OF_BATCHES = ['jobs.batch_lines', 'jobs.batch_results', 'jobs.native_batches', 'jobs.native_lines'];

/** A second wall between tenants: what answers callers is read by a role that has their own rows only. */
export class ShowRowsToTenants1764800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of OF_PROJECTS) await runner.query(showRowsToTenants(table, { hasProject: true }));
    await runner.query(showRowsToTenants('jobs.webhook_events', { hasProject: false }));
    for (const table of OF_BATCHES)
      await runner.query(showRowsWithParents(table, 'jobs.batches', 'parent.id = child.batch_id'));
    await runner.query(
      showRowsWithParents('jobs.webhook_attempts', 'jobs.webhook_deliveries', 'parent.id = child.delivery_id'),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      showRowsToEverybody(['jobs.webhook_attempts', ...OF_BATCHES, 'jobs.webhook_events', ...OF_PROJECTS]),
    );
  }
}
