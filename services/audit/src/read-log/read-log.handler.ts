import { Injectable } from '@nestjs/common';
import type { Caller, LogExportBegin, LogExportBegun, LogRead, LogReadReply } from '#libs/contracts';
import { hashOfNode, nodesOf, TILE_WIDTH, type NodePlace, type Range } from '#libs/merkle';
import { QueryRefused } from '#libs/messaging';
import { LARGEST_PAGE_BYTES } from '../largest-page.js';
import { KnownOrganizations } from '../list-events/known-organizations.js';
import { withinProject } from '../list-events/reader.js';
import { visibleBody } from '../list-events/visible-body.policy.js';
import { NoteDeeds } from '../note-deeds/note-deeds.js';
import { CheckpointsRepository } from '../sign-checkpoints/checkpoints.repository.js';
import { SignCheckpointsHandler } from '../sign-checkpoints/sign-checkpoints.handler.js';
import { SigningKeys } from '../sign-checkpoints/signing-keys.js';
import { linesOf, type ShownEntry } from './log-lines.policy.js';
import { LogRepository, type LoggedEntry } from './log.repository.js';
import { TilesRepository } from './tiles.repository.js';

const MOST_ENTRIES = 1_000;
/** Entries looked at for one page, shown or not. */
const WIDEST_STRETCH = 20_000;
/** Columns and hash of a line. */
const BYTES_BESIDE_BODY = 1_000;

/** Reads a log stretch by stretch, in lines that can be verified offline; what a reader may not see is there as hashes. */
@Injectable()
export class ReadLogHandler {
  constructor(
    private readonly log: LogRepository,
    private readonly tiles: TilesRepository,
    private readonly checkpoints: CheckpointsRepository,
    private readonly signer: SignCheckpointsHandler,
    private readonly keys: SigningKeys,
    private readonly deeds: NoteDeeds,
    private readonly known: KnownOrganizations,
  ) {}

  /** Signs a checkpoint to export up to, after the trail has it that somebody exports, or goes on with an export that broke off. */
  async begin({ format, filter, resumes, ...asked }: LogExportBegin): Promise<LogExportBegun> {
    const reach = withinProject(await this.known.reachOf(asked), filter.project);
    const { organization, project } = reach;
    await this.deeds.note(asked.caller, {
      organization,
      ...(project === undefined ? {} : { project }),
      type: 'audit-trail.exported',
      subject: { kind: 'audit-trail', id: organization },
      detail: { format, ...filter, ...(resumes ? { resumes } : {}) },
    });
    const origin = this.keys.originOf(organization);
    if (resumes) return { organization, origin, size: resumes.size };
    const checkpoint = await this.signer.sign(organization, Date.now());
    return { organization, origin, size: checkpoint?.size ?? 0 };
  }

  /** @throws QueryRefused 403, and 404 where the log is shorter than `size` */
  async read({ start, size, filter, ...asked }: LogRead): Promise<LogReadReply> {
    const { organization, project } = withinProject(await this.known.reachOf(asked), filter.project);
    const checkpoint = await this.checkpoints.covering(organization, size);
    if (size > 0 && checkpoint?.size !== size)
      throw new QueryRefused({
        status: 404,
        code: 'checkpoint_not_found',
        message: `No checkpoint was signed when the log had ${size} entries: begin the export anew.`,
        param: 'size',
      });
    const widest = Math.min(size, start + WIDEST_STRETCH);
    const { type, since, until } = filter;
    const found = await this.log.entries(
      { organization, project, type, since, until, start, end: widest },
      MOST_ENTRIES + 1,
    );
    const entries = fitting(found.slice(0, MOST_ENTRIES));
    const end = entries.length < found.length ? (entries.at(-1)?.sequence ?? start) + 1 : widest;
    const lines = await this.linesOf(organization, {
      start,
      end,
      entries: entries.map((entry) => shown(entry, asked.caller)),
    });
    return { lines, next: end < size ? end : null };
  }

  private async linesOf(
    organization: string,
    { start, end, entries }: { start: number; end: number; entries: readonly ShownEntry[] },
  ): Promise<string[]> {
    if (end <= start) return [];
    const [tileAt, missing, removed, keptFrom, checkpoints] = await Promise.all([
      this.tiles.tilesOf(organization, leavesAndNodes(start, end)),
      this.log.missing(organization, start, end),
      this.log.removed(organization, start, end),
      this.log.keptFrom(organization),
      this.checkpoints.hourly(organization, start + 1, end),
    ]);
    const hashOf = (node: NodePlace): string => Buffer.from(hashOfNode(node, tileAt)).toString('base64');
    const stretch = { start, end, entries, missing, removed, keptFrom, checkpoints };
    return linesOf(stretch, { nodesOf, hashOf }).map((line) => JSON.stringify(line));
  }
}

/** Whatever is withheld of a stretch, its subtrees lie in the tiles of its leaves (one of each is named) or in those above. */
function leavesAndNodes(start: number, end: number): Range[] {
  const leaves: Range[] = [];
  for (let at = start; at < end; at = (Math.floor(at / TILE_WIDTH) + 1) * TILE_WIDTH)
    leaves.push({ start: at, end: at + 1 });
  return [...leaves, ...aboveOf(start, end)];
}

/** Every subtree that could be withheld as one: those of a whole tile and more within the stretch. */
function aboveOf(start: number, end: number): Range[] {
  const ranges: Range[] = [];
  for (let width = TILE_WIDTH; width <= end - start; width *= 2) {
    for (let at = Math.ceil(start / width) * width; at + width <= end; at += width) {
      ranges.push({ start: at, end: at + width });
    }
  }
  return ranges;
}

function shown({ recordedAt, requestId, body, ...columns }: LoggedEntry, caller: Caller): ShownEntry {
  const { text, isRedacted } = visibleBody(body, caller);
  const place = { ...columns, recorded_at: recordedAt.toISOString(), request_id: requestId };
  return { ...place, ...(isRedacted ? { redacted: true } : {}), body: text };
}

function fitting(entries: readonly LoggedEntry[]): LoggedEntry[] {
  let bytes = 0;
  const end = entries.findIndex(({ body }, index) => {
    bytes += Buffer.byteLength(JSON.stringify(body)) + BYTES_BESIDE_BODY;
    return bytes > LARGEST_PAGE_BYTES && index > 0;
  });
  return entries.slice(0, end < 0 ? entries.length : end);
}
