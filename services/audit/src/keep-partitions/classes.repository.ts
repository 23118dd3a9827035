import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#libs/storage';
import type { Partition } from './partitions.repository.js';
import type { DueClasses, RetentionPlan } from './retention-classes.policy.js';

/** What of one log is past its time within a partition. */
export interface DuePart {
  readonly organization: string;
  readonly first: number;
  readonly last: number;
  readonly entries: number;
}

/** The first class that an entry fits; none for most. */
const PLACE = `
  (SELECT rule.place FROM json_to_recordset($1) AS rule(place int, organization text, project text, model text, types text[])
   WHERE (rule.organization IS NULL OR rule.organization = entry.organization)
     AND (rule.project IS NULL OR rule.project = entry.project)
     AND (rule.model IS NULL OR rule.model = entry.model)
     AND (rule.types IS NULL OR EXISTS (SELECT FROM unnest(rule.types) AS type
       WHERE entry.type = type OR (type LIKE '%.*' AND starts_with(entry.type, left(type, -1)))))
   ORDER BY rule.place LIMIT 1)`;

/** Of logs that nobody holds. `NULL = ANY('{}')` is false where `NULL = ANY('{1}')` is null, so both are asked whether they are true. */
const IS_DUE = `
  (${PLACE} = ANY($2::int[]) IS TRUE OR ($3::boolean AND ${PLACE} IS NULL))
  AND EXISTS (SELECT FROM audit.logs log WHERE log.organization = entry.organization AND log.held_since IS NULL)`;

@Injectable()
export class ClassesRepository {
  constructor(private readonly database: Database) {}

  /** What is past its time in a partition, and how many entries would stay. */
  async due(
    partition: Partition,
    plan: RetentionPlan,
    due: DueClasses,
  ): Promise<{ parts: DuePart[]; staying: number }> {
    const rows = await this.database.query<Record<'organization' | 'first' | 'last' | 'due' | 'staying', string>>(
      `SELECT organization, min(sequence) FILTER (WHERE is_due) AS first, max(sequence) FILTER (WHERE is_due) AS last,
         count(*) FILTER (WHERE is_due) AS due, count(*) FILTER (WHERE NOT is_due) AS staying
       FROM (SELECT organization, sequence, ${IS_DUE} AS is_due FROM audit."${partition.name}" AS entry) AS looked_at
       GROUP BY organization ORDER BY organization`,
      parametersOf(plan, due),
    );
    const parts = rows.flatMap(({ organization, first, last, due: entries }) =>
      Number(entries) === 0
        ? []
        : [{ organization, first: Number(first), last: Number(last), entries: Number(entries) }],
    );
    return { parts, staying: rows.reduce((sum, { staying }) => sum + Number(staying), 0) };
  }

  /**
   * Puts a partition without the entries that are past their time in the place of the one with them, and notes which those were. False
   * where a log is held by now that was not when they were sealed: then nothing was done.
   */
  async remove(
    partition: Partition,
    { plan, due, parts, names }: { plan: RetentionPlan; due: DueClasses; parts: readonly DuePart[]; names: string[] },
  ): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const logs = await transaction.query<{ held_since: Date | null }>(
        'SELECT held_since FROM audit.logs WHERE organization = ANY($1) ORDER BY organization FOR UPDATE',
        [parts.map(({ organization }) => organization)],
      );
      if (logs.some((log) => log.held_since !== null)) return false;
      const parameters = parametersOf(plan, due);
      await transaction.query(
        `INSERT INTO audit.removals (organization, sequences, classes)
         SELECT organization, range_agg(int8range(sequence, sequence + 1)), $4::text[]
         FROM audit."${partition.name}" AS entry WHERE ${IS_DUE} GROUP BY organization`,
        [...parameters, names],
      );
      await this.replace(transaction, partition, parameters);
      return true;
    });
  }

  /** The old table goes as a whole: nobody may delete from it. The new one is closed in the same ways before it takes its place. */
  private async replace(
    transaction: Transaction,
    { name, since, until }: Partition,
    parameters: unknown[],
  ): Promise<void> {
    await transaction.query(`CREATE TABLE audit."${name}_kept" (LIKE audit."${name}" INCLUDING ALL)`);
    await transaction.query(
      `INSERT INTO audit."${name}_kept" SELECT * FROM audit."${name}" AS entry WHERE NOT (${IS_DUE})`,
      parameters,
    );
    const [from, to] = [new Date(since).toISOString(), new Date(until).toISOString()];
    await transaction.query(`
      ALTER TABLE audit.entries DETACH PARTITION audit."${name}";
      DROP TABLE audit."${name}";
      ALTER TABLE audit."${name}_kept" RENAME TO "${name}";
      ALTER TABLE audit.entries ATTACH PARTITION audit."${name}" FOR VALUES FROM ('${from}') TO ('${to}');
      CREATE TRIGGER entries_are_not_truncated BEFORE TRUNCATE ON audit."${name}"
        FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
      REVOKE UPDATE, DELETE, TRUNCATE ON audit."${name}" FROM PUBLIC, CURRENT_USER;
      ALTER TABLE audit."${name}" ENABLE ROW LEVEL SECURITY`);
  }
}

function parametersOf({ classes }: RetentionPlan, due: DueClasses): unknown[] {
  const rules = classes.map(({ organization, project, model, types }, place) => ({
    place,
    organization,
    project,
    model,
    types,
  }));
  return [JSON.stringify(rules), [...due.classes], due.others];
}
