import type { MigrationInterface, QueryRunner } from 'typeorm';
import { showRowsToTenants } from '#libs/storage';

/** Prompts and answers beside the trail, encrypted, and the wrapped keys that open them; what is erased has no key any more. */
export class CreatePayloads1764000000060 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit.payload_keys (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT payload_keys_pkey PRIMARY KEY,
        organization text NOT NULL,
        subject text NOT NULL,
        provider text NOT NULL,
        wrapped text,
        created_at timestamptz NOT NULL DEFAULT now(),
        erased_at timestamptz,
        CONSTRAINT payload_keys_erased_means_gone CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
      );
      CREATE UNIQUE INDEX payload_keys_in_use ON audit.payload_keys (organization, subject) WHERE erased_at IS NULL;
      CREATE TABLE audit.erasures (
        organization text NOT NULL,
        subject text NOT NULL,
        erased_at timestamptz NOT NULL,
        CONSTRAINT erasures_pkey PRIMARY KEY (organization, subject)
      );
      CREATE TABLE audit.payloads (
        organization text NOT NULL,
        request_id text NOT NULL,
        part integer NOT NULL,
        project text NOT NULL,
        key_id bigint NOT NULL,
        head jsonb NOT NULL,
        ciphertext bytea NOT NULL,
        kept_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        CONSTRAINT payloads_pkey PRIMARY KEY (organization, request_id, part)
      );
      ALTER TABLE audit.payloads ALTER COLUMN ciphertext SET STORAGE EXTERNAL;
      CREATE INDEX payloads_expiring ON audit.payloads (expires_at) WHERE expires_at IS NOT NULL`);
    await runner.query(showRowsToTenants('audit.payloads', { hasProject: true }));
    for (const table of ['audit.payload_keys', 'audit.erasures'])
      await runner.query(showRowsToTenants(table, { hasProject: false }));
  }

  async down(): Promise<void> {
    throw new Error('The keys of payloads are not dropped by a step back: restore a backup of before instead.');
  }
}
