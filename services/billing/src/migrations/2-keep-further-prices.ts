import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Prices beyond input, cached input and output, and the tokens they apply to. */
export class KeepFurtherPrices1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE billing.price_versions ADD COLUMN further_amounts jsonb');
    await runner.query('ALTER TABLE billing.charges ADD COLUMN cache_write_prompt_tokens bigint NOT NULL DEFAULT 0');
    await runner.query(`
      ALTER TABLE billing.charge_lines
        ADD COLUMN cache_write_prompt_tokens bigint NOT NULL DEFAULT 0,
        ADD COLUMN reasoning_tokens bigint NOT NULL DEFAULT 0,
        ADD COLUMN further_tokens jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE billing.charge_lines
        DROP COLUMN cache_write_prompt_tokens, DROP COLUMN reasoning_tokens, DROP COLUMN further_tokens`);
    await runner.query('ALTER TABLE billing.charges DROP COLUMN cache_write_prompt_tokens');
    await runner.query('ALTER TABLE billing.price_versions DROP COLUMN further_amounts');
  }
}
