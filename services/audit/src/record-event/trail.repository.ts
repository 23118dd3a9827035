import { Injectable } from '@nestjs/common';
import { Consumer } from '#libs/contracts';
import { Database, storableText, type Transaction } from '#libs/storage';
import type { ChainEnd, Link } from './chain.policy.js';

/** An event to be recorded: what is searched by, and the body that is hashed and stored. */
export interface NewEntry {
  readonly organization: string;
  /** Of a note, its own id. */
  readonly requestId: string;
  readonly type: string;
  readonly project: string;
  readonly key: string;
  readonly model: string;
  readonly body: string;
}

/** An entry with its place in the chain. */
export interface LinkedEntry {
  readonly entry: NewEntry;
  readonly link: Link;
}

/** Gives each new entry its link, in order, and moves the ends of the chains along. */
export type LinkEntries = (entries: readonly NewEntry[], ends: Map<string, ChainEnd>) => LinkedEntry[];

interface HeadRow {
  organization: string;
  sequence: string;
  hash: Buffer;
}

const ADD_HEADS = `
INSERT INTO audit.chain_heads (organization, sequence, hash)
SELECT organization, -1, decode(repeat('00', 32), 'hex') FROM unnest($1::text[]) AS organization
ON CONFLICT DO NOTHING`;

/** In one order everywhere, so that two recorders cannot lock each other out. */
const LOCK_HEADS = `
SELECT organization, sequence, hash FROM audit.chain_heads WHERE organization = ANY($1)
ORDER BY organization FOR UPDATE`;

const TAKE_IN = `
INSERT INTO audit.inbox (consumer, message_id)
SELECT $2, message_id FROM json_array_elements_text($1) AS message_id
ON CONFLICT DO NOTHING RETURNING message_id`;

const APPEND = `
WITH added AS (
  INSERT INTO audit.entries (organization, sequence, request_id, type, project, key, model, body, previous_hash, hash)
  SELECT * FROM json_to_recordset($1) AS entry(
    organization text, sequence bigint, request_id text, type text, project text, key text, model text, body text,
    previous_hash bytea, hash bytea)
)
UPDATE audit.chain_heads head SET sequence = moved.sequence, hash = moved.hash
FROM json_to_recordset($2) AS moved(organization text, sequence bigint, hash bytea)
WHERE head.organization = moved.organization`;

@Injectable()
export class TrailRepository {
  constructor(private readonly database: Database) {}

  /** Appends the entries whose requests are not in the trail yet, all or none, and returns how many those were. */
  async append(
    entries: readonly NewEntry[],
    link: LinkEntries,
    consumer: string = Consumer.audit.name,
  ): Promise<number> {
    const organizations = [...new Set(entries.map((entry) => entry.organization))].toSorted();
    return this.database.transaction(async (transaction) => {
      const ends = await this.lockEnds(transaction, organizations);
      const fresh = await this.takeIn(transaction, entries, consumer);
      if (fresh.length > 0) {
        const linked = link(fresh, ends);
        await transaction.query(APPEND, [JSON.stringify(linked.map(entryRow)), JSON.stringify(headRows(fresh, ends))]);
      }
      return fresh.length;
    });
  }

  private async lockEnds(transaction: Transaction, organizations: string[]): Promise<Map<string, ChainEnd>> {
    let rows = await transaction.query<HeadRow>(LOCK_HEADS, [organizations]);
    if (rows.length < organizations.length) {
      await transaction.query(ADD_HEADS, [organizations]);
      rows = await transaction.query<HeadRow>(LOCK_HEADS, [organizations]);
    }
    return new Map(
      rows.map(({ organization, sequence, hash }) => [organization, { sequence: Number(sequence), hash }]),
    );
  }

  /** With the heads locked nobody else can take in messages of the same organisations, so nobody waits for anybody here. */
  private async takeIn(transaction: Transaction, entries: readonly NewEntry[], consumer: string): Promise<NewEntry[]> {
    // As JSON: the driver escapes the elements of an array one by one, which costs more than all the rest.
    const requestIds = JSON.stringify(entries.map((entry) => entry.requestId));
    const rows = await transaction.query<{ message_id: string }>(TAKE_IN, [requestIds, consumer]);
    const fresh = new Set(rows.map((row) => row.message_id));
    // `delete` is true once for each id: of several events of one request in a batch the first is taken.
    return entries.filter((entry) => fresh.delete(entry.requestId));
  }
}

/** Written out, since this runs for every event: spread and rest cost several times as much. */
function entryRow({ entry, link }: LinkedEntry) {
  return {
    organization: entry.organization,
    sequence: link.sequence,
    request_id: entry.requestId,
    type: entry.type,
    project: entry.project,
    key: entry.key,
    model: storableText(entry.model),
    body: entry.body,
    previous_hash: byteaText(link.previousHash),
    hash: byteaText(link.hash),
  };
}

function headRows(entries: readonly NewEntry[], ends: ReadonlyMap<string, ChainEnd>) {
  const moved = new Set(entries.map((entry) => entry.organization));
  const heads = [...ends].filter(([organization]) => moved.has(organization));
  return heads.map(([organization, end]) => ({ organization, sequence: end.sequence, hash: byteaText(end.hash) }));
}

/** Postgres' text form of bytes. */
function byteaText(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}
