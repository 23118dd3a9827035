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

type LookedAt = Record<'organization' | 'first' | 'last' | 'due' | 'staying', string>;

/** Sequences of one log that were not copied, as a multirange. */
interface RemovedPart {
  readonly organization: string;
  readonly sequences: string;
  readonly entries: number;
}

@Injectable()
export class ClassesRepository {
  /** Entries that one statement looks at. */
  entriesAtOnce = 10_000;

  constructor(private readonly database: Database) {}

  /** What is past its time in a partition, and how many entries would stay. */
  async due(
    partition: Partition,
    plan: RetentionPlan,
    due: DueClasses,
  ): Promise<{ parts: DuePart[]; staying: number }> {
    const parts = new Map<string, DuePart>();
    let staying = 0;
    const looked = `SELECT organization, min(sequence) FILTER (WHERE is_due) AS first, max(sequence) FILTER (WHERE is_due) AS last,
        count(*) FILTER (WHERE is_due) AS due, count(*) FILTER (WHERE NOT is_due) AS staying
      FROM (SELECT organization, sequence, ${IS_DUE} AS is_due FROM part AS entry) AS looked_at GROUP BY organization`;
    for await (const rows of this.stretches<LookedAt>(partition, looked, parametersOf(plan, due))) {
      for (const { organization, first, last, due: entries, ...row } of rows) {
        staying += Number(row.staying);
        if (Number(entries) === 0) continue;
        const before = parts.get(organization);
        parts.set(organization, {
          organization,
          first: before?.first ?? Number(first),
          last: Number(last),
          entries: (before?.entries ?? 0) + Number(entries),
        });
      }
    }
    return { parts: [...parts.values()], staying };
  }

  /**
   * Puts a partition without the entries that are past their time in the place of the one with them, and notes which those were. What stays is copied before that, some
   * entries at a time, while recording goes on: nothing is added to a month that is over. False where what is due is no longer what was sealed, a log being held by now or no longer: then
   * nothing was done.
   */
  async remove(
    partition: Partition,
    { plan, due, parts, names }: { plan: RetentionPlan; due: DueClasses; parts: readonly DuePart[]; names: string[] },
  ): Promise<boolean> {
    const organizations = parts.map(({ organization }) => organization);
    await this.copyStaying(partition, [...parametersOf(plan, due), organizations]);
    const removed = await this.removed(partition);
    const entriesOf = (wanted: string): number =>
      removed.reduce((sum, { organization, entries }) => sum + (organization === wanted ? entries : 0), 0);
    const isAsSealed = parts.every(({ organization, entries }) => entriesOf(organization) === entries);
    if (!isAsSealed) return false;
    return this.database.transaction(async (transaction) => {
      const logs = await transaction.query<{ held_since: Date | null }>(
        'SELECT held_since FROM audit.logs WHERE organization = ANY($1) ORDER BY organization FOR UPDATE',
        [organizations],
      );
      if (logs.some((log) => log.held_since !== null)) return false;
      await transaction.query(
        `INSERT INTO audit.removals (organization, sequences, classes)
         SELECT organization, range_agg(sequences), $2::text[]
         FROM json_to_recordset($1) AS removed(organization text, sequences int8multirange) GROUP BY organization`,
        [JSON.stringify(removed), names],
      );
      await this.replace(transaction, partition);
      return true;
    });
  }

  /** Fills a table beside the partition, anew where an earlier attempt was left. */
  private async copyStaying(partition: Partition, parameters: unknown[]): Promise<void> {
    const { name, since, until } = partition;
    const [from, to] = [new Date(since).toISOString(), new Date(until).toISOString()];
    await this.database.query(`DROP TABLE IF EXISTS audit."${name}_kept"`);
    await this.database.query(`CREATE TABLE audit."${name}_kept" (LIKE audit."${name}" INCLUDING ALL,
      CONSTRAINT is_of_month CHECK (recorded_at >= '${from}' AND recorded_at < '${to}'))`);
    const copied = `INSERT INTO audit."${name}_kept"
      SELECT * FROM part AS entry WHERE NOT (entry.organization = ANY($4) AND ${IS_DUE}) RETURNING NULL`;
    // Each stretch is a statement and a transaction of its own.
    for await (const _ of this.stretches(partition, copied, parameters));
  }

  /** What of a partition was not copied: of each log as many rows as stretches. */
  private async removed(partition: Partition): Promise<RemovedPart[]> {
    const all: RemovedPart[] = [];
    const removed = `SELECT organization, range_agg(int8range(sequence, sequence + 1))::text AS sequences, count(*) AS entries
      FROM part AS entry WHERE NOT EXISTS (
        SELECT FROM audit."${partition.name}_kept" AS kept
        WHERE kept.organization = entry.organization AND kept.sequence = entry.sequence)
      GROUP BY organization`;
    for await (const rows of this.stretches<RemovedPart>(partition, removed, [])) all.push(...rows);
    return all;
  }

  /** Runs a statement over the stretches of a partition (`part`), one after the other, so that none takes longer than the usual limit of time, however large a month is. */
  private async *stretches<Row>({ name }: Partition, statement: string, parameters: unknown[]): AsyncGenerator<Row[]> {
    let [organization, sequence] = ['', '-1'];
    const [after, behind] = [parameters.length + 1, parameters.length + 2];
    for (;;) {
      const [answer] = await this.database.query<{
        last: { organization: string; sequence: string } | null;
        rows: Row[];
      }>(
        `WITH part AS MATERIALIZED (
           SELECT * FROM audit."${name}" WHERE (organization, sequence) > ($${after}::text, $${behind}::bigint)
           ORDER BY organization, sequence LIMIT ${this.entriesAtOnce}
         ), done AS (${statement})
         SELECT (SELECT json_build_object('organization', organization, 'sequence', sequence::text)
                 FROM part ORDER BY organization DESC, sequence DESC LIMIT 1) AS last,
           coalesce((SELECT json_agg(done) FROM done), '[]') AS rows`,
        [...parameters, organization, sequence],
      );
      if (!answer?.last) return;
      ({ organization, sequence } = answer.last);
      yield answer.rows;
    }
  }

  /** The old table goes as a whole: nobody may delete from it. The new one, whose constraint spares it a look at every entry, is closed in the same ways in its place. */
  private async replace(transaction: Transaction, { name, since, until }: Partition): Promise<void> {
    const [from, to] = [new Date(since).toISOString(), new Date(until).toISOString()];
    await transaction.query(`
      ALTER TABLE audit.entries DETACH PARTITION audit."${name}";
      DROP TABLE audit."${name}";
      ALTER TABLE audit."${name}_kept" RENAME TO "${name}";
      ALTER TABLE audit.entries ATTACH PARTITION audit."${name}" FOR VALUES FROM ('${from}') TO ('${to}');
      ALTER TABLE audit."${name}" DROP CONSTRAINT is_of_month;
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
