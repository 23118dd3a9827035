import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Policies get a digest of their own and may be put in force by hand; versions from before are recorded once more at the next start. */
export class TellPoliciesApart1764000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE control.configuration_versions
        ADD COLUMN foundation_digest text,
        ADD COLUMN policy_digest text,
        ADD COLUMN is_held boolean NOT NULL DEFAULT false,
        ADD COLUMN trial_source text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE control.configuration_versions
        DROP COLUMN foundation_digest, DROP COLUMN policy_digest, DROP COLUMN is_held, DROP COLUMN trial_source`);
  }
}
