import type { MigrationInterface, QueryRunner } from 'typeorm';
import { showRowsToTenants } from '#libs/storage';

/** Which entries were removed although others of their time are still there. */
export class RemoveByClass1764000000070 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit.removals (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT removals_pkey PRIMARY KEY,
        organization text NOT NULL,
        sequences int8multirange NOT NULL,
        classes text[] NOT NULL,
        removed_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX removals_organization ON audit.removals (organization)`);
    await runner.query(showRowsToTenants('audit.removals', { hasProject: false }));
  }

  async down(): Promise<void> {
    throw new Error(
      'Without this table removed entries would look as if somebody had taken them: restore a backup of before.',
    );
  }
}
