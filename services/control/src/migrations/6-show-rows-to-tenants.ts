import type { MigrationInterface, QueryRunner } from 'typeorm';
import { showRowsToEverybody, showRowsToTenants } from '#libs/storage';

const OF_ORGANIZATIONS = ['control.documents', 'control.invitations', 'control.person_organizations'];

/** A second wall between tenants: what answers callers is read by a role that has their own rows only. */
export class ShowRowsToTenants1764800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(showRowsToTenants('control.keys', { hasProject: true }));
    for (const table of OF_ORGANIZATIONS) await runner.query(showRowsToTenants(table, { hasProject: false }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(showRowsToEverybody([...OF_ORGANIZATIONS, 'control.keys']));
  }
}
