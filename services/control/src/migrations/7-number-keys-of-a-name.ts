import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keys of one name are told apart: which of them it is, and the first of those that it replaced by rotation, from which its budgets
 * are named. Those there are keep the names that their budgets have, with what is spent of them.
 */
export class NumberKeysOfAName1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE control.keys ADD COLUMN ordinal integer NOT NULL DEFAULT 1 CHECK (ordinal > 0),
        ADD COLUMN lineage integer NOT NULL DEFAULT 1 CHECK (lineage > 0);
      UPDATE control.keys SET ordinal = numbered.ordinal
      FROM (
        SELECT id, row_number() OVER (PARTITION BY organization, project, name ORDER BY created_at, id) AS ordinal
        FROM control.keys
      ) numbered WHERE keys.id = numbered.id;
      ALTER TABLE control.keys ALTER COLUMN ordinal DROP DEFAULT, ALTER COLUMN lineage DROP DEFAULT;
      CREATE UNIQUE INDEX keys_of_a_name ON control.keys (organization, project, name, ordinal)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE control.keys DROP COLUMN ordinal, DROP COLUMN lineage');
  }
}
