import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createInboxTable } from '#libs/storage';

export class CreateTrail1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createInboxTable('audit'));
    await runner.query(`
      CREATE TABLE audit.entries (
        organization text NOT NULL,
        sequence bigint NOT NULL,
        request_id text NOT NULL,
        type text NOT NULL,
        project text NOT NULL,
        key text NOT NULL,
        model text NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        body text NOT NULL,
        previous_hash bytea NOT NULL,
        hash bytea NOT NULL,
        CONSTRAINT entries_pkey PRIMARY KEY (organization, sequence)
      );
      CREATE INDEX entries_request_id ON audit.entries (request_id);
      CREATE TABLE audit.chain_heads (
        organization text NOT NULL CONSTRAINT chain_heads_pkey PRIMARY KEY,
        sequence bigint NOT NULL,
        hash bytea NOT NULL
      )`);
    await runner.query(`
      CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'audit.entries is append-only: % is refused', TG_OP
          USING ERRCODE = 'restrict_violation', HINT = 'Record a new event that corrects the old one.';
      END $$;
      CREATE TRIGGER entries_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.entries
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit.entries, audit.chain_heads, audit.inbox; DROP FUNCTION audit.refuse_change()');
  }
}
