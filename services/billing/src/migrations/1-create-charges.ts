import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createInboxTable } from '#libs/storage';

export class CreateCharges1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createInboxTable('billing'));
    await runner.query(`
      CREATE TABLE billing.price_versions (
        version text NOT NULL CONSTRAINT price_versions_pkey PRIMARY KEY,
        provider text NOT NULL,
        model text NOT NULL,
        input_nano_usd_per_million bigint NOT NULL,
        cached_input_nano_usd_per_million bigint,
        output_nano_usd_per_million bigint NOT NULL,
        first_seen_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT prices_are_not_negative CHECK (
          input_nano_usd_per_million >= 0 AND cached_input_nano_usd_per_million >= 0 AND output_nano_usd_per_million >= 0)
      )`);
    await runner.query(`
      CREATE TABLE billing.charges (
        request_id text NOT NULL CONSTRAINT charges_pkey PRIMARY KEY,
        organization text NOT NULL,
        project text NOT NULL,
        key text NOT NULL,
        model text NOT NULL,
        lane text NOT NULL,
        outcome text NOT NULL,
        prompt_tokens bigint NOT NULL,
        completion_tokens bigint NOT NULL,
        cached_prompt_tokens bigint NOT NULL,
        cost_nano_usd bigint NOT NULL,
        batch_id text,
        line integer,
        ended_at timestamptz NOT NULL,
        charged_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT charges_are_not_negative CHECK (cost_nano_usd >= 0)
      );
      CREATE INDEX charges_organization_ended_at ON billing.charges (organization, ended_at)`);
    await runner.query(`
      CREATE TABLE billing.charge_lines (
        request_id text NOT NULL,
        attempt integer NOT NULL,
        provider text NOT NULL,
        model text NOT NULL,
        price_version text NOT NULL,
        prompt_tokens bigint NOT NULL,
        completion_tokens bigint NOT NULL,
        cached_prompt_tokens bigint NOT NULL,
        usage_basis text NOT NULL,
        cost_nano_usd bigint NOT NULL,
        CONSTRAINT charge_lines_pkey PRIMARY KEY (request_id, attempt),
        CONSTRAINT charge_lines_are_not_negative CHECK (cost_nano_usd >= 0)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE billing.charge_lines, billing.charges, billing.price_versions, billing.inbox');
  }
}
