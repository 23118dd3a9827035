import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which key of its name a charge is of. In the sums of hours and days, the id stands behind the name and a `#`. */
export class NameKeysOfCharges1765400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE billing.charges ADD key_id text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE billing.charges DROP key_id');
  }
}
