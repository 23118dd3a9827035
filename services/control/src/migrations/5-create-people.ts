import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People who sign in, their sessions, and what is on its way to become one. Of every token only a hash is kept. */
export class CreatePeople1764700000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE control.people (
        id text NOT NULL CONSTRAINT people_pkey PRIMARY KEY,
        email text NOT NULL,
        password_hash text,
        disabled_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_signed_in_at timestamptz
      );
      CREATE UNIQUE INDEX people_email ON control.people (email);
      CREATE TABLE control.person_organizations (
        person text NOT NULL,
        organization text NOT NULL,
        joined_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT person_organizations_pkey PRIMARY KEY (person, organization)
      );
      CREATE TABLE control.person_identities (
        issuer text NOT NULL,
        subject text NOT NULL,
        person text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT person_identities_pkey PRIMARY KEY (issuer, subject)
      );
      CREATE TABLE control.sessions (
        hash text NOT NULL CONSTRAINT sessions_pkey PRIMARY KEY,
        id text NOT NULL,
        person text NOT NULL,
        signed_in_by text NOT NULL,
        address text NOT NULL,
        user_agent text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
      );
      CREATE UNIQUE INDEX sessions_id ON control.sessions (id);
      CREATE INDEX sessions_person ON control.sessions (person);
      CREATE INDEX sessions_expiry ON control.sessions (expires_at);
      CREATE TABLE control.invitations (
        hash text NOT NULL CONSTRAINT invitations_pkey PRIMARY KEY,
        email text NOT NULL,
        organization text NOT NULL,
        kind text NOT NULL,
        grants jsonb NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX invitations_place ON control.invitations (email, organization);
      CREATE TABLE control.oidc_flows (
        hash text NOT NULL CONSTRAINT oidc_flows_pkey PRIMARY KEY,
        issuer text NOT NULL,
        state text NOT NULL,
        nonce text NOT NULL,
        code_verifier text NOT NULL,
        redirect_uri text NOT NULL,
        return_to text NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX oidc_flows_expiry ON control.oidc_flows (expires_at);
      CREATE TABLE control.sign_in_attempts (
        subject text NOT NULL CONSTRAINT sign_in_attempts_pkey PRIMARY KEY,
        attempts integer NOT NULL,
        window_ends_at timestamptz NOT NULL
      );
      CREATE INDEX sign_in_attempts_end ON control.sign_in_attempts (window_ends_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE control.people, control.person_organizations, control.person_identities, control.sessions,
        control.invitations, control.oidc_flows, control.sign_in_attempts`);
  }
}
