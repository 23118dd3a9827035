import { Injectable } from '@nestjs/common';
import { TILE_WIDTH } from '#libs/merkle';
import { Database, type PreparedStatement } from '#libs/storage';
import type { Reach } from '../list-events/reader.js';

/** One entry that a reader asks for, by one of its names, in a log of at least so many entries. */
export interface WantedEntry extends Reach {
  readonly sequence: number | undefined;
  readonly requestId: string | undefined;
  readonly size: number | undefined;
}

/** An entry with what its proof begins with. */
export interface ProvableEntry {
  readonly sequence: number;
  readonly body: string;
  /** The smallest state of the log that was signed with the entry in it. */
  readonly checkpoint: { readonly size: number; readonly note: string } | undefined;
  /** Hashes of the entry and its neighbours; undefined where somebody has removed them by hand. */
  readonly tile: Uint8Array | undefined;
}

interface Row {
  sequence: string;
  body: string;
  size: string | null;
  note: string | null;
  hashes: Buffer | null;
}

/** One index each: with both names in one condition no plan is good for either. One round trip for all three tables. */
function findProvableBy(name: 'request_id' | 'sequence'): PreparedStatement {
  return {
    name: `find-provable-by-${name}`,
    text: `SELECT entry.sequence, entry.body, checkpoint.size, checkpoint.note, tile.hashes
       FROM (SELECT sequence, body FROM audit.entries
             WHERE organization = $1 AND ($2::text IS NULL OR project = $2) AND ${name} = $3 LIMIT 1) entry
       LEFT JOIN audit.tiles tile ON tile.organization = $1 AND tile.level = 0 AND tile.index = entry.sequence / ${TILE_WIDTH}
       LEFT JOIN LATERAL (SELECT size, note FROM audit.checkpoints
             WHERE organization = $1 AND size > entry.sequence AND size >= $4
             ORDER BY size, signed_at LIMIT 1) checkpoint ON true`,
  };
}

@Injectable()
export class ProvableEntriesRepository {
  constructor(private readonly database: Database) {}

  /** An entry as far as the reader may see it. */
  async find({ organization, project, sequence, requestId, size }: WantedEntry): Promise<ProvableEntry | undefined> {
    const [name, value] =
      sequence === undefined ? (['request_id', requestId] as const) : (['sequence', sequence] as const);
    const rows = await this.database
      .asTenant({ organization, project })
      .queryPrepared<Row>(findProvableBy(name), [organization, project ?? null, value, size ?? 0]);
    return rows.map(provableOf)[0];
  }
}

function provableOf({ sequence, body, size, note, hashes }: Row): ProvableEntry {
  const checkpoint = size === null || note === null ? undefined : { size: Number(size), note };
  return { sequence: Number(sequence), body, checkpoint, tile: hashes ?? undefined };
}
