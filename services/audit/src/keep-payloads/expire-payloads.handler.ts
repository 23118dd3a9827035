import { Injectable } from '@nestjs/common';
import { Consumer, INSTALLATION_TRAIL, type Caller } from '#libs/contracts';
import { SnapshotWatch } from '#libs/messaging';
import { PlanTerms, type KeptDays } from '#libs/permission';
import { noteOf } from '../note-deeds/note-deeds.js';
import { entryOfNote } from '../record-event/note-entry.policy.js';
import { TrailRepository } from '../record-event/trail.repository.js';
import { PayloadsRepository } from './payloads.repository.js';

const PARTS_AT_ONCE = 1_000;
const NAMED_REQUESTS = 100;
const HOUSE: Caller = { organization: INSTALLATION_TRAIL, project: 'audit', key: 'retention', admin: true };

/** A page that turned out to be empty, or a log that is held by now: nothing is to be noted. */
class NothingExpired extends Error {}

/** Removes ciphertexts whose time is over, by their rule or by their project's plan, on record; their hashes stay in the trail. What is held stays. */
@Injectable()
export class ExpirePayloadsHandler {
  private readonly plans = new PlanTerms();

  constructor(
    private readonly trail: TrailRepository,
    private readonly repository: PayloadsRepository,
    watch: SnapshotWatch,
  ) {
    watch.onChange((snapshot) => this.plans.follow(snapshot));
  }

  /** Returns how many parts were removed. */
  async expire(): Promise<number> {
    let removed = 0;
    const caps = this.plans.keptDays;
    for (const organization of await this.repository.expiring(caps)) {
      for (let page = PARTS_AT_ONCE; page === PARTS_AT_ONCE; removed += page)
        page = await this.expirePage(organization, caps);
    }
    return removed;
  }

  private async expirePage(organization: string, caps: readonly KeptDays[]): Promise<number> {
    const gone: string[] = [];
    const detail: Record<string, unknown> = {};
    const note = noteOf(HOUSE, {
      organization,
      type: 'payloads.removed',
      subject: { kind: 'audit-trail', id: organization },
      detail,
    });
    const entry = { ...entryOfNote(note) };
    try {
      await this.trail.append([entry], Consumer.auditNotes.name, async (transaction) => {
        gone.splice(0);
        if (!(await this.repository.isHeld(transaction, organization)))
          gone.push(...(await this.repository.removeExpired(transaction, { organization, caps, most: PARTS_AT_ONCE })));
        if (gone.length === 0) throw new NothingExpired();
        const named = { parts: gone.length, requests: [...new Set(gone)].slice(0, NAMED_REQUESTS) };
        Object.assign(entry, entryOfNote({ ...note, detail: named }));
      });
    } catch (error) {
      if (error instanceof NothingExpired) return 0;
      throw error;
    }
    return gone.length;
  }
}
