import { Injectable } from '@nestjs/common';
import type { ConsistencyProof, ConsistencyProve, InclusionProof, InclusionProve } from '#libs/contracts';
import { consistencyRanges, hashOfRange, inclusionRanges, leafHash, type Range } from '#libs/merkle';
import { QueryRefused } from '#libs/messaging';
import { EntriesRepository } from '../list-events/entries.repository.js';
import { KnownOrganizations } from '../list-events/known-organizations.js';
import { ReadingNotes } from '../list-events/reading-notes.js';
import { visibleBody } from '../list-events/visible-body.policy.js';
import { TilesRepository } from '../read-log/tiles.repository.js';
import { SignCheckpointsHandler } from '../sign-checkpoints/sign-checkpoints.handler.js';

/** Proves that an entry is in a log, and that a log only grew, to whoever does not believe us. */
@Injectable()
export class ProveEntriesHandler {
  constructor(
    private readonly entries: EntriesRepository,
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
    // Where the place is known, its checkpoint is looked up meanwhile.
    const [found, known] = await Promise.all([
      this.entries.findBody({ ...reach, sequence, requestId }),
      sequence === undefined ? undefined : this.signer.known(organization, Math.max(size ?? 0, sequence + 1)),
    ]);
    if (!found) throw refused('entry_not_found', 'No such entry is in the part of the trail that this key may read.');
    await this.readings.note(query.caller, reach, { proofOf: found.sequence });
    const checkpoint = known ?? (await this.signer.covering(organization, Math.max(size ?? 0, found.sequence + 1)));
    if (!checkpoint) throw refused('log_too_short', `The log has fewer than ${size} entries.`, 'size');
    const ranges = inclusionRanges(found.sequence, checkpoint.size);
    const { text, isRedacted } = visibleBody(found.body, query.caller);
    return {
      organization,
      sequence: found.sequence,
      size: checkpoint.size,
      leafHash: Buffer.from(leafHash(found.body)).toString('base64'),
      proof: await this.hashesOf(organization, ranges),
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
    const proof = await this.hashesOf(organization, consistencyRanges(from, size));
    return { organization, from, to: size, proof, checkpoint: checkpoint.note };
  }

  private async hashesOf(organization: string, ranges: readonly Range[]): Promise<string[]> {
    const tileAt = await this.tiles.tilesOf(organization, ranges);
    return ranges.map((range) => Buffer.from(hashOfRange(range, tileAt)).toString('base64'));
  }
}

function refused(code: string, message: string, param?: string): QueryRefused {
  return new QueryRefused({ status: 404, code, message, ...(param === undefined ? {} : { param }) });
}
