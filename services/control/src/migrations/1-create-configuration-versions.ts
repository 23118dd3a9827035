import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateConfigurationVersions1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE control.configuration_versions (
        revision bigint NOT NULL CONSTRAINT configuration_versions_pkey PRIMARY KEY,
        content_digest text NOT NULL,
        source_sha256 text NOT NULL,
        origin text NOT NULL,
        source text NOT NULL,
        snapshot jsonb NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE control.configuration_refusals (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT configuration_refusals_pkey PRIMARY KEY,
        source_sha256 text NOT NULL,
        origin text NOT NULL,
        problems jsonb NOT NULL,
        refused_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE control.configuration_refusals, control.configuration_versions');
  }
}
