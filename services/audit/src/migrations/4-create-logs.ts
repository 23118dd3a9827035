import type { MigrationInterface, QueryRunner } from 'typeorm';
import { leafHash, LogEdge } from '#libs/merkle';

const ENTRIES_AT_ONCE = 1_000;

/** In place of hash chains: a Merkle log for each organisation, and entries partitioned by month. Entries of before go on first. */
export class CreateLogs1764000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE audit.entries RENAME TO chained_entries;
      ALTER TABLE audit.chained_entries RENAME CONSTRAINT entries_pkey TO chained_entries_pkey;
      DROP INDEX audit.entries_request_id, audit.entries_recorded_at;
      DROP TABLE audit.chain_heads`);
    await runner.query(TABLES);
    await runner.query(FUNCTIONS);
    await runner.query(`
      SELECT audit.add_partitions(coalesce((SELECT min(recorded_at) FROM audit.chained_entries), now()), now() + interval '3 months')`);
    const organizations: { organization: string }[] = await runner.query(
      'SELECT DISTINCT organization FROM audit.chained_entries',
    );
    for (const { organization } of organizations) await moveEntries(runner, organization);
    await runner.query('DROP TABLE audit.chained_entries');
    await runner.query(TRIGGERS);
  }

  async down(): Promise<void> {
    throw new Error('A Merkle log does not become a hash chain again: restore a backup of before instead.');
  }
}

const TABLES = `
CREATE TABLE audit.entries (
  organization text NOT NULL,
  sequence bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  request_id text NOT NULL,
  type text NOT NULL,
  project text NOT NULL,
  key text NOT NULL,
  model text NOT NULL,
  body text NOT NULL,
  CONSTRAINT entries_pkey PRIMARY KEY (organization, sequence, recorded_at)
) PARTITION BY RANGE (recorded_at);
CREATE INDEX entries_request_id ON audit.entries (request_id);
CREATE INDEX entries_recorded_at ON audit.entries (recorded_at, organization, sequence);
CREATE TABLE audit.logs (
  organization text NOT NULL CONSTRAINT logs_pkey PRIMARY KEY,
  size bigint NOT NULL DEFAULT 0,
  kept_from bigint NOT NULL DEFAULT 0,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE audit.tiles (
  organization text NOT NULL,
  level smallint NOT NULL,
  index bigint NOT NULL,
  hashes bytea NOT NULL,
  CONSTRAINT tiles_pkey PRIMARY KEY (organization, level, index)
);
ALTER TABLE audit.tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;
CREATE TABLE audit.checkpoints (
  organization text NOT NULL,
  size bigint NOT NULL,
  signed_at timestamptz NOT NULL,
  note text NOT NULL,
  published_at timestamptz,
  CONSTRAINT checkpoints_pkey PRIMARY KEY (organization, size, signed_at)
);
CREATE INDEX checkpoints_unpublished ON audit.checkpoints (signed_at) WHERE published_at IS NULL;
CREATE TABLE audit.signing_keys (
  number bigint NOT NULL CONSTRAINT signing_keys_pkey PRIMARY KEY,
  public_key bytea NOT NULL,
  sealed_private_key text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
)`;

/** A statement-level trigger holds for the table it names only, so that every partition gets its own against TRUNCATE. */
const FUNCTIONS = `
CREATE OR REPLACE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit.entries is append-only: % is refused', TG_OP
    USING ERRCODE = 'restrict_violation', HINT = 'Record a new event that corrects the old one.';
END $$;
CREATE FUNCTION audit.add_partitions(first timestamptz, last timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  month timestamp := date_trunc('month', first AT TIME ZONE 'UTC');
  name text;
BEGIN
  WHILE month <= last AT TIME ZONE 'UTC' LOOP
    name := 'entries_' || to_char(month, 'YYYY_MM');
    IF to_regclass('audit.' || name) IS NULL THEN
      EXECUTE format('CREATE TABLE audit.%I PARTITION OF audit.entries FOR VALUES FROM (%L) TO (%L)',
        name, month || '+00', (month + interval '1 month') || '+00');
      EXECUTE format('CREATE TRIGGER entries_are_not_truncated BEFORE TRUNCATE ON audit.%I
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', name);
      EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON audit.%I FROM PUBLIC, CURRENT_USER', name);
    END IF;
    month := month + interval '1 month';
  END LOOP;
END $$`;

const TRIGGERS = `
CREATE TRIGGER entries_are_append_only BEFORE UPDATE OR DELETE ON audit.entries
  FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER entries_are_not_truncated BEFORE TRUNCATE ON audit.entries
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON audit.entries FROM PUBLIC, CURRENT_USER`;

interface ChainedEntry {
  sequence: string;
  body: string;
}

/** Puts the entries of a chain into a log, in their order, under their old sequences and times. */
async function moveEntries(runner: QueryRunner, organization: string): Promise<void> {
  const edge = new LogEdge(0, []);
  for (;;) {
    const rows: ChainedEntry[] = await runner.query(
      'SELECT sequence, body FROM audit.chained_entries WHERE organization = $1 AND sequence >= $2 ORDER BY sequence LIMIT $3',
      [organization, edge.size, ENTRIES_AT_ONCE],
    );
    if (rows.length === 0) break;
    for (const { body } of rows) edge.append(leafHash(body));
    for (const { level, index, hashes } of edge.takeChanges()) {
      await runner.query(
        `INSERT INTO audit.tiles VALUES ($1, $2, $3, $4)
         ON CONFLICT (organization, level, index) DO UPDATE SET hashes = EXCLUDED.hashes`,
        [organization, level, index, Buffer.from(hashes)],
      );
    }
  }
  await runner.query(
    `WITH moved AS (
       INSERT INTO audit.entries
       SELECT organization, sequence, recorded_at, request_id, type, project, key, model, body
       FROM audit.chained_entries WHERE organization = $1 RETURNING recorded_at
     ) INSERT INTO audit.logs (organization, size, recorded_at) SELECT $1, $2, max(recorded_at) FROM moved`,
    [organization, edge.size],
  );
}
