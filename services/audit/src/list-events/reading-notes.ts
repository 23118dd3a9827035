import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Caller } from '#libs/contracts';
import { NoteDeeds } from '../note-deeds/note-deeds.js';
import type { Reach } from './reader.js';

const ONE_NOTE_PER_MILLISECONDS = 600_000;
const MOST_READERS = 10_000;

/** Somebody's reading of one log in one stretch of time. */
interface Readings {
  readonly caller: Caller;
  readonly reach: Reach;
  readonly endsAt: number;
  more: number;
}

/**
 * Notes in the trail who reads it. The first reading of somebody is noted before the answer, with what was looked for; those of
 * the next ten minutes are counted, and their number noted when the time is over. So somebody who polls does not fill the trail.
 */
@Injectable()
export class ReadingNotes implements BeforeApplicationShutdown {
  private readonly readers = new Map<string, Readings>();

  constructor(private readonly deeds: NoteDeeds) {}

  /** @throws StorageUnavailable where a first reading cannot be noted, and so must not happen */
  async note(caller: Caller, reach: Reach, filter: object, now: number = Date.now()): Promise<void> {
    const reader = [
      caller.person ?? `${caller.organization}/${caller.project}/${caller.key}`,
      reach.organization,
      reach.project,
    ];
    const name = JSON.stringify(reader);
    const known = this.readers.get(name);
    if (known && now < known.endsAt) {
      known.more += 1;
      return;
    }
    await this.noteReading(caller, reach, filter);
    if (known) await this.noteMore(known);
    if (this.readers.size >= MOST_READERS) await this.close(now);
    this.readers.set(name, { caller, reach, endsAt: now + ONE_NOTE_PER_MILLISECONDS, more: 0 });
  }

  /** Notes the numbers of those whose time is over. */
  async close(now: number = Date.now()): Promise<void> {
    for (const [name, readings] of this.readers) {
      if (now < readings.endsAt) continue;
      this.readers.delete(name);
      await this.noteMore(readings);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.close(Number.POSITIVE_INFINITY);
  }

  private async noteMore({ caller, reach, more }: Readings): Promise<void> {
    if (more > 0) await this.noteReading(caller, reach, { furtherReadings: more });
  }

  private async noteReading(caller: Caller, { organization, project }: Reach, detail: object): Promise<void> {
    await this.deeds.note(caller, {
      organization,
      ...(project === undefined ? {} : { project }),
      type: 'audit-trail.read',
      subject: { kind: 'audit-trail', id: organization },
      detail: { ...detail },
    });
  }
}
