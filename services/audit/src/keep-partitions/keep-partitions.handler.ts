import { Injectable } from '@nestjs/common';
import { BlobStore } from '#libs/blobs';
import { INSTALLATION_TRAIL, type Caller } from '#libs/contracts';
import { SnapshotWatch } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { Logger } from '#libs/telemetry';
import { NoteDeeds } from '../note-deeds/note-deeds.js';
import { ReadLogHandler } from '../read-log/read-log.handler.js';
import { ClassesRepository } from './classes.repository.js';
import { PartitionsRepository, type Partition } from './partitions.repository.js';
import { dueClasses, namesOf, retentionPlan, type DueClasses, type RetentionPlan } from './retention-classes.policy.js';

const MOST_SEALED_BYTES = 1024 ** 4;
const MOST_NAME_CHARACTERS = 60;

/** Whoever removes what is past its time: no caller, so that the trail names the house itself. */
const HOUSE: Caller = { organization: INSTALLATION_TRAIL, project: 'audit', key: 'retention', admin: true };

/** Makes partitions for the months to come, and removes those whose time is over, each log of it after it was sealed in a file. */
@Injectable()
export class KeepPartitionsHandler {
  constructor(
    private readonly partitions: PartitionsRepository,
    private readonly classes: ClassesRepository,
    private readonly reader: ReadLogHandler,
    private readonly deeds: NoteDeeds,
    private readonly blobs: BlobStore,
    private readonly settings: Settings,
    private readonly watch: SnapshotWatch,
    private readonly log: Logger,
  ) {}

  /** Returns the names of the partitions that were removed. */
  async keep(now: number): Promise<string[]> {
    await this.partitions.addAhead();
    const plan = retentionPlan(this.watch.current?.retention ?? [], this.settings.auditRetentionDays);
    const removed: string[] = [];
    for (const partition of await this.partitions.list()) {
      const due = dueClasses(plan, partition.until, now);
      const isGone = due.isAll ? await this.remove(partition) : await this.removeClasses(partition, plan, due);
      if (isGone) removed.push(partition.name);
    }
    return removed;
  }

  /** Removes entries of classes that are past their time from among others, sealed before as a whole month of their log. */
  private async removeClasses(partition: Partition, plan: RetentionPlan, due: DueClasses): Promise<boolean> {
    if (due.classes.length === 0 && !due.others) return false;
    const { parts, staying } = await this.classes.due(partition, plan, due);
    if (parts.length === 0) return false;
    if (staying === 0) return this.remove(partition);
    const names = namesOf(plan, due);
    for (const part of parts) {
      const { organization, first, last, entries } = part;
      const sealed = await this.seal(partition, organization, `${partition.name}-${sealName(names)}`);
      await this.deeds.note(HOUSE, {
        organization,
        type: 'audit-trail.removed',
        subject: { kind: 'audit-trail', id: organization },
        detail: { partition: partition.name, classes: names, first, last, entries, ...sealed },
      });
    }
    if (!(await this.classes.remove(partition, { plan, due, parts, names }))) return false;
    this.log.info(
      { partition: partition.name, classes: names },
      'classes of entries were past their time and were removed',
    );
    return true;
  }

  /** What lies in it is sealed first: an export that verifies by itself, in the store of files, its hash in the trail. */
  private async remove(partition: Partition): Promise<boolean> {
    const parts = await this.partitions.parts(partition);
    const held = parts.filter(({ isHeld }) => isHeld).map(({ organization }) => organization);
    if (held.length > 0) {
      this.log.info({ partition: partition.name, held }, 'a partition of the trail is past its time and is held');
      return false;
    }
    for (const part of parts) {
      const sealed = await this.seal(partition, part.organization, partition.name);
      await this.deeds.note(HOUSE, {
        organization: part.organization,
        type: 'audit-trail.removed',
        subject: { kind: 'audit-trail', id: part.organization },
        detail: { partition: partition.name, first: part.first, last: part.last, ...sealed },
      });
    }
    if (!(await this.partitions.drop(partition, parts))) return false;
    this.log.info({ partition: partition.name }, 'a partition of the trail was past its time and was removed');
    return true;
  }

  private async seal({ since, until }: Partition, organization: string, name: string) {
    const filter = { since, until };
    const begun = await this.reader.begin({ caller: HOUSE, organization, format: 'sealed', filter });
    const file = `audit/${organization}/sealed/${name}.ndjson`;
    const { sha256, bytes } = await this.blobs.write(file, this.pieces(begun, filter), { maxBytes: MOST_SEALED_BYTES });
    return { file, sha256, bytes, size: begun.size };
  }

  private async *pieces(
    begun: { organization: string; origin: string; size: number },
    filter: { since: number; until: number },
  ): AsyncIterable<Uint8Array> {
    const { organization, size } = begun;
    yield Buffer.from(`${JSON.stringify({ object: 'audit.export', version: 1, ...begun, filter })}\n`);
    let start: number | null = 0;
    while (start !== null) {
      const page: { lines: string[]; next: number | null } = await this.reader.read({
        caller: HOUSE,
        organization,
        start,
        size,
        filter,
      });
      yield Buffer.from(`${page.lines.join('\n')}\n`);
      start = page.next;
    }
  }
}

/** In a file's name; of many classes their number must do. */
function sealName(names: readonly string[]): string {
  const joined = names.join('.');
  return joined.length <= MOST_NAME_CHARACTERS ? joined : `${names.length}-classes`;
}
