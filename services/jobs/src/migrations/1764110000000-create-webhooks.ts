import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createInboxTable } from '#libs/storage';

/**
 * Receivers of webhooks, what they are told, and every attempt to tell them. An event is kept as the very text that is sent, so that
 * it is the same on each attempt; one delivery stands for one event at one endpoint, however often it is tried or replayed.
 */
export class CreateWebhooks1764110000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createInboxTable('jobs'));
    await runner.query(`
      CREATE TABLE jobs.webhook_endpoints (
        id text PRIMARY KEY,
        organization text NOT NULL,
        project text NOT NULL,
        url text NOT NULL,
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        event_types text[] NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        disabled_reason text CHECK (disabled_reason IN ('gone', 'failing')),
        disabled_at timestamptz,
        secrets text NOT NULL,
        secret_hint text NOT NULL,
        public_key text NOT NULL,
        previous_secrets text,
        previous_secrets_until timestamptz,
        failing_since timestamptz,
        throttled_until timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CHECK (NOT enabled OR (disabled_reason IS NULL AND disabled_at IS NULL))
      )`);
    await runner.query(
      `CREATE INDEX webhook_endpoints_by_project ON jobs.webhook_endpoints (organization, project, created_at DESC, id DESC)`,
    );
    await runner.query(`
      CREATE TABLE jobs.webhook_events (
        id text PRIMARY KEY,
        organization text NOT NULL,
        type text NOT NULL,
        body text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`CREATE INDEX webhook_events_by_age ON jobs.webhook_events USING brin (created_at)`);
    await runner.query(`
      CREATE TABLE jobs.webhook_deliveries (
        id text PRIMARY KEY,
        endpoint_id text NOT NULL REFERENCES jobs.webhook_endpoints ON DELETE CASCADE,
        event_id text NOT NULL REFERENCES jobs.webhook_events ON DELETE CASCADE,
        organization text NOT NULL,
        project text NOT NULL,
        event_type text NOT NULL,
        status text NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
        reason text,
        tries integer NOT NULL DEFAULT 0,
        attempts integer NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL DEFAULT now(),
        lease text,
        lease_until timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        ended_at timestamptz,
        UNIQUE (endpoint_id, event_id)
      )`);
    await runner.query(
      `CREATE INDEX webhook_deliveries_due ON jobs.webhook_deliveries (endpoint_id, due_at) WHERE status = 'pending'`,
    );
    await runner.query(
      `CREATE INDEX webhook_deliveries_leased ON jobs.webhook_deliveries (endpoint_id, lease_until) WHERE lease IS NOT NULL`,
    );
    await runner.query(
      `CREATE INDEX webhook_deliveries_by_endpoint ON jobs.webhook_deliveries (endpoint_id, created_at DESC, id DESC)`,
    );
    await runner.query(`CREATE INDEX webhook_deliveries_by_event ON jobs.webhook_deliveries (event_id)`);
    await runner.query(`
      CREATE TABLE jobs.webhook_attempts (
        delivery_id text NOT NULL REFERENCES jobs.webhook_deliveries ON DELETE CASCADE,
        number integer NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('unknown', 'delivered', 'failed')),
        started_at timestamptz NOT NULL DEFAULT now(),
        latency_ms integer,
        status_code integer,
        error text,
        response text,
        PRIMARY KEY (delivery_id, number)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['webhook_attempts', 'webhook_deliveries', 'webhook_events', 'webhook_endpoints', 'inbox'])
      await runner.query(`DROP TABLE jobs.${table}`);
  }
}
