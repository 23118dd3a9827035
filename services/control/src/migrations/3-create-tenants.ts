import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the admin API keeps: documents of the configuration, keys, and messages about changes on their way out. */
export class CreateTenants1764000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE control.documents (
        kind text NOT NULL,
        organization text NOT NULL,
        name text NOT NULL,
        document jsonb NOT NULL,
        credentials text[],
        version bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT documents_pkey PRIMARY KEY (kind, organization, name)
      );
      CREATE TABLE control.keys (
        id text NOT NULL CONSTRAINT keys_pkey PRIMARY KEY,
        organization text NOT NULL,
        project text NOT NULL,
        name text NOT NULL,
        hash text NOT NULL,
        hint text NOT NULL,
        bounds jsonb NOT NULL,
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        replaced_by text,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        version bigint NOT NULL
      );
      CREATE UNIQUE INDEX keys_hash ON control.keys (hash);
      CREATE INDEX keys_place ON control.keys (organization, id);
      CREATE TABLE control.outgoing_messages (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT outgoing_messages_pkey PRIMARY KEY,
        subject text NOT NULL,
        message_id text NOT NULL,
        body jsonb NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE control.documents, control.keys, control.outgoing_messages');
  }
}
