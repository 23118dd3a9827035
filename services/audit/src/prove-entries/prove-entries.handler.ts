import { Injectable } from '@nestjs/common';
import type { ConsistencyProof, ConsistencyProve, InclusionProof, InclusionProve } from '#libs/contracts';
import {
  consistencyRanges,
  hashOfNode,
  hashOfRange,
  inclusionRanges,
  isIncluded,
  leafHash,
  rootIn,
  TILE_WIDTH,
} from '#libs/merkle';
import { QueryRefused } from '#libs/messaging';
import { KnownOrganizations } from '../list-events/known-organizations.js';
import { ReadingNotes } from '../list-events/reading-notes.js';
import { visibleBody } from '../list-events/visible-body.policy.js';
import { TilesRepository } from '../read-log/tiles.repository.js';
import { SignCheckpointsHandler } from '../sign-checkpoints/sign-checkpoints.handler.js';
import { LogHashes } from './log-hashes.js';
import { ProvableEntriesRepository, type ProvableEntry } from './provable-entries.repository.js';

/** Proves that an entry is in a log, and that a log only grew, to whoever does not believe us. */
@Injectable()
export class ProveEntriesHandler {
  constructor(
    private readonly entries: ProvableEntriesRepository,
    private readonly hashes: LogHashes,
    private readonly tiles: TilesRepository,
    private readonly signer: SignCheckpointsHandler,
    private readonly readings: ReadingNotes,
    private readonly known: KnownOrganizations,
  ) {}

  /** The proof has the entry in it, so that asking for one is a reading of the trail. @throws QueryRefused 404 for an entry that is not there or not the caller's */
  async proveInclusion(query: InclusionProve): Promise<InclusionProof> {
    const reach = await this.known.reachOf(query);
    const { organization } = reach;
    const { sequence, requestId, size } = query;
    const found = await this.entries.find({ ...reach, sequence, requestId, size });
    if (!found) throw refused('entry_not_found', 'No such entry is in the part of the trail that this key may read.');
    await this.readings.note(query.caller, reach, { proofOf: found.sequence });
    const checkpoint =
      found.checkpoint ?? (await this.signer.covering(organization, Math.max(size ?? 0, found.sequence + 1)));
    if (!checkpoint) throw refused('log_too_short', `The log has fewer than ${size} entries.`, 'size');
    const leaf = leafHash(found.body);
    const proof = await this.proofOf(organization, found, { leaf, checkpoint });
    const { text, isRedacted } = visibleBody(found.body, query.caller);
    return {
      organization,
      sequence: found.sequence,
      size: checkpoint.size,
      leafHash: encoded(leaf),
      proof: proof.map(encoded),
      body: text,
      ...(isRedacted ? { isRedacted } : {}),
      checkpoint: checkpoint.note,
    };
  }

  /** @throws QueryRefused 404 where the log is shorter */
  async proveConsistency(query: ConsistencyProve): Promise<ConsistencyProof> {
    const { organization } = await this.known.reachOf(query);
    const { from, to } = query;
    const checkpoint = await this.signer.covering(organization, Math.max(from, to ?? 1));
    if (!checkpoint) throw refused('log_too_short', `The log has fewer than ${Math.max(from, to ?? 1)} entries.`);
    const size = to ?? checkpoint.size;
    if (from > size) throw refused('log_too_short', `A log of ${size} entries does not begin with ${from}.`, 'from');
    const ranges = consistencyRanges(from, size);
    const tileAt = await this.tiles.tilesOf(organization, ranges);
    const proof = ranges.map((range) => encoded(hashOfRange(range, (node) => hashOfNode(node, tileAt))));
    return { organization, from, to: size, proof, checkpoint: checkpoint.note };
  }

  /**
   * From the tiles that are held, where that leads to the root that was signed. It does not where the database is another than when
   * they were read, a backup or a replica: then from its own.
   */
  private async proofOf(
    organization: string,
    { sequence, tile }: ProvableEntry,
    { leaf, checkpoint: { size, note } }: { leaf: Uint8Array; checkpoint: { size: number; note: string } },
  ): Promise<Uint8Array[]> {
    const ranges = inclusionRanges(sequence, size);
    const learn = (): void => {
      if (tile) this.hashes.learn(organization, { level: 0, index: Math.floor(sequence / TILE_WIDTH) }, tile);
    };
    learn();
    const proof = await this.hashes.of(organization, ranges);
    if (isIncluded({ index: sequence, size, leaf, root: rootIn(note), proof })) return proof;
    this.hashes.forget(organization);
    learn();
    return this.hashes.of(organization, ranges);
  }
}

function encoded(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64');
}

function refused(code: string, message: string, param?: string): QueryRefused {
  return new QueryRefused({ status: 404, code, message, ...(param === undefined ? {} : { param }) });
}
