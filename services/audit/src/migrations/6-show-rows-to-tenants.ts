import type { MigrationInterface, QueryRunner } from 'typeorm';
import { showRowsToEverybody, showRowsToTenants } from '#libs/storage';

const OF_PROJECTS = ['audit.entries', 'audit.feedback'];
/** A project's reader is shown hashes of the whole log: without them no entry of its own could be proven. */
const OF_ORGANIZATIONS = ['audit.logs', 'audit.tiles', 'audit.checkpoints'];

/** A second wall between tenants: what answers callers is read by a role that has their own rows only. */
export class ShowRowsToTenants1764000000050 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of OF_PROJECTS) await runner.query(showRowsToTenants(table, { hasProject: true }));
    for (const table of OF_ORGANIZATIONS) await runner.query(showRowsToTenants(table, { hasProject: false }));
    await runner.query(addPartitions(CLOSE));
    await runner.query(CLOSE_PRESENT);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(addPartitions(''));
    await runner.query(CLOSE_PRESENT.replace('ENABLE ROW', 'DISABLE ROW'));
    await runner.query(showRowsToEverybody([...OF_ORGANIZATIONS, ...OF_PROJECTS]));
  }
}

/** Rows of a partition are read through the table it is part of, by whose policy; by itself it shows nothing. */
const CLOSE = `
      EXECUTE format('ALTER TABLE audit.%I ENABLE ROW LEVEL SECURITY', name);`;

const CLOSE_PRESENT = `
DO $$
DECLARE
  part regclass;
BEGIN
  FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'audit.entries'::regclass LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
  END LOOP;
END $$`;

/** As it was, with one statement more for each new partition. */
function addPartitions(more: string): string {
  return `
CREATE OR REPLACE FUNCTION audit.add_partitions(first timestamptz, last timestamptz) RETURNS void LANGUAGE plpgsql AS $$
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
      EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON audit.%I FROM PUBLIC, CURRENT_USER', name);${more}
    END IF;
    month := month + interval '1 month';
  END LOOP;
END $$`;
}
