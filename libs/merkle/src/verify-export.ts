import { openCheckpoint, type Checkpoint } from './checkpoint.js';
import { CompactRange } from './compact-range.js';
import type { EntryLine, ExportHead, ExportLine, WithheldLine } from './export-line.js';
import { hashIn, readExportLine, type ReadLine } from './export-shape.js';
import { isSameHash, leafHash } from './hashes.js';
import { nodesOf } from './ranges.js';
import { RecordedRemovals } from './recorded-removals.js';
import { NoteRefused, type Verifier } from './signed-note.js';

/** Something wrong with a log; `sequence` is the entry, or the first of those that it may concern. */
export interface LogFault {
  readonly sequence: number;
  readonly reason: string;
}

/** What a verification found. Nothing is wrong where there are no faults. */
export interface ExportReport {
  readonly organization: string;
  readonly origin: string;
  readonly size: number;
  /** Entries that were there in full and are what was recorded. */
  readonly verifiedEntries: number;
  /** Entries of which only the hash is known, or a part. */
  readonly withheldEntries: number;
  /** Of these, the entries shown in part: their hash is in place, but nothing proves what is shown. */
  readonly redactedEntries: number;
  readonly removedEntries: number;
  /** Of these, the entries whose removal is recorded, if at all, by entries that are not shown. */
  readonly unprovedRemovals: number;
  /** Signed states of the log that the entries make up. */
  readonly verifiedCheckpoints: number;
  /** Time of the newest of them. */
  readonly newestCheckpoint: number | undefined;
  /** Checkpoints that were kept outside and could not be compared, being of states within what is not shown. */
  readonly passedCheckpoints: number;
  readonly faults: readonly LogFault[];
}

/** What to believe: keys, and checkpoints that were kept outside, without which a log cut short or rolled back cannot be told. */
export interface ExportTrust {
  readonly verifiers: readonly Verifier[];
  readonly checkpoints: readonly string[];
  /** What columns that are searched by contradict the body that was hashed; undefined where they agree. */
  readonly contradictionOf?: (line: EntryLine) => string | undefined;
  /** Whether an entry that is hidden or shown in part is a fault: whoever has the file could make such a line of any. */
  readonly isWhole?: boolean;
}

const MOST_FAULTS = 1_000;

/** Verifies a whole export, line by line, in constant memory but for the outside checkpoints. Throws for a text that is no export. */
export class ExportVerifier {
  private readonly range = new CompactRange();
  private readonly faults: LogFault[] = [];
  private readonly outside: Checkpoint[] = [];
  private head: ExportHead | undefined;
  private readonly removals = new RecordedRemovals();
  private counts = { entries: 0, withheld: 0, redacted: 0, removed: 0, checkpoints: 0, passed: 0 };
  private recordedAt = Number.NEGATIVE_INFINITY;
  private lastGood: Checkpoint | undefined;
  /** Once the order is broken, or a line cannot be read, no root can be computed any more: the entries are held against their own hashes. */
  private isBroken = false;
  /** The sequence of the entry that is to come. */
  private next = 0;
  private lines = 0;

  constructor(private readonly trust: ExportTrust) {}

  take(text: string): void {
    this.lines += 1;
    const read = this.read(text);
    if (!read) return;
    const { line, oddity } = read;
    if (oddity !== undefined)
      this.fault(this.next, `Line ${this.lines} of the file ${oddity}: it was changed after it was exported.`);
    if (!this.head) {
      if (line.object !== 'audit.export') throw new SyntaxError('The file does not begin with the head of an export.');
      this.begin(line);
      return;
    }
    if (line.object === 'audit.export') throw new SyntaxError(`Line ${this.lines} begins another export.`);
    if (line.object === 'audit.checkpoint') this.compare(this.open(line.note));
    else if (line.object === 'audit.withheld') this.takeWithheld(line);
    else this.takeEntry(line);
    this.compareOutside();
  }

  /** @throws SyntaxError for a file without a head */
  finish(): ExportReport {
    const { head } = this;
    if (!head) throw new SyntaxError('The file is empty; it should begin with the head of an export.');
    if (this.next < head.size) this.fault(this.next, `The export ends here; its log has ${head.size} entries.`);
    if (this.next > head.size)
      this.fault(head.size, `The export goes on up to entry ${this.next - 1}, and its head says that it ends here.`);
    this.missOutside();
    if (this.range.size > (this.lastGood?.size ?? 0) && !this.isBroken)
      this.fault(this.lastGood?.size ?? 0, 'No checkpoint by a key that was given covers the entries from here on.');
    const unprovedRemovals = this.compareRemovals();
    return {
      organization: head.organization,
      origin: head.origin,
      size: this.next,
      verifiedEntries: this.counts.entries,
      withheldEntries: this.counts.withheld,
      redactedEntries: this.counts.redacted,
      removedEntries: this.counts.removed,
      unprovedRemovals,
      verifiedCheckpoints: this.counts.checkpoints,
      newestCheckpoint: this.lastGood?.time,
      passedCheckpoints: this.counts.passed,
      faults: this.faults,
    };
  }

  private begin(head: ExportHead): void {
    this.head = head;
    if (!head.origin.endsWith(`/${head.organization}`))
      this.fault(0, `The head names the organization ${head.organization}, and a log of another one, ${head.origin}.`);
    // Notes of other logs may lie in the same folder.
    const notes = this.trust.checkpoints.filter((note) => note.startsWith(`${head.origin}\n`));
    if (this.trust.checkpoints.length > 0 && notes.length === 0)
      this.fault(0, `None of the checkpoints that were given is of this log, ${head.origin}.`);
    for (const note of notes) {
      const checkpoint = this.open(note);
      if (checkpoint) this.outside.push(checkpoint);
    }
    this.outside.sort((left, right) => left.size - right.size || left.time - right.time);
    this.compareOutside();
  }

  private takeEntry(line: Exclude<ExportLine, ExportHead | WithheldLine | { object: 'audit.checkpoint' }>): void {
    if (!this.isNext(line.sequence)) return;
    const stated = hashIn(line.leaf_hash);
    if (!stated) {
      this.breakAt(line.sequence, 'What stands as the hash of the entry is no hash: it was changed.');
      return;
    }
    if (!this.isBroken) this.range.append(stated);
    if (line.object === 'audit.missing') {
      this.fault(line.sequence, 'The entry is missing: it was removed from the database.');
      return;
    }
    this.takeTime(line);
    if (line.redacted === true) {
      this.counts.withheld += 1;
      this.counts.redacted += 1;
      if (this.trust.isWhole) this.fault(line.sequence, 'The entry is shown in part, so that nothing proves it.');
      return;
    }
    if (!isSameHash(stated, leafHash(line.body))) {
      this.fault(line.sequence, 'The entry is not the one that was recorded: its bytes have another hash.');
      return;
    }
    this.removals.take(line);
    const contradiction = this.trust.contradictionOf?.(line);
    if (contradiction === undefined) this.counts.entries += 1;
    else this.fault(line.sequence, contradiction);
  }

  private takeWithheld({ from, until, nodes, reason }: WithheldLine): void {
    if (!Number.isSafeInteger(until) || until <= from)
      throw new SyntaxError(`Line ${this.lines} withholds no entries: it ends at ${until}.`);
    if (!this.isNext(from, until)) return;
    const places = nodesOf({ start: from, end: until });
    if (places.length !== nodes.length)
      throw new SyntaxError(`Line ${this.lines} does not hold ${places.length} nodes.`);
    for (const [place, node] of nodes.entries()) {
      const hash = hashIn(node);
      if (!hash) throw new SyntaxError(`Line ${this.lines} holds something that is no hash.`);
      if (!this.isBroken) this.range.append(hash, places[place]?.level);
    }
    if (reason === 'retention') {
      this.counts.removed += until - from;
      this.removals.takeGone({ from, until });
      return;
    }
    this.counts.withheld += until - from;
    this.removals.takeHidden({ from, until });
    if (this.trust.isWhole) this.fault(from, `The entries from ${from} up to ${until - 1} are hidden in this export.`);
  }

  /** A log keeps the order of time, so that a time that was set to another shows, unless it stays between its neighbors. */
  private takeTime({ sequence, recorded_at: text }: EntryLine): void {
    const time = Date.parse(text);
    if (time >= this.recordedAt) this.recordedAt = time;
    else
      this.fault(
        sequence,
        `The entry is said to be recorded at ${text}, before the one in front of it: a time was changed.`,
      );
  }

  /** Returns of how many entries the removal is not proved. */
  private compareRemovals(): number {
    const { unrecorded, unproved, exceeded } = this.removals.findings();
    for (const { from, until } of unrecorded)
      this.fault(
        from,
        `The entries from ${from} up to ${until - 1} are said to have been removed when their time was over, which nothing records: ` +
          'they were taken away. Where a month was removed while this export was made, export anew.',
      );
    for (const { first, gone, entries } of exceeded)
      this.fault(first, `From here on ${gone} entries are gone, where the trail records that ${entries} were removed.`);
    return unproved.reduce((sum, { from, until }) => sum + until - from, 0);
  }

  /**
   * Lines that are not in order cannot be hashed in order: an entry was added, doubled, moved, or its line is gone. What stands
   * further on goes on from its own sequence, so that each such place is told once; what stands too late is left out.
   */
  private isNext(sequence: number, until = sequence + 1): boolean {
    const expected = this.next;
    if (sequence !== expected)
      this.breakAt(
        expected,
        `Entry ${expected} should stand here, but ${sequence} does: something was added, removed or moved.`,
      );
    if (!(sequence >= expected)) return false;
    this.next = until;
    return true;
  }

  private compareOutside(): void {
    for (let next = this.outside[0]; next && next.size <= this.next; next = this.outside[0]) {
      this.outside.shift();
      if (next.size === this.next) this.compare(next);
      else this.counts.passed += 1;
    }
  }

  /** Checkpoints of a longer log: an export of before them looks the same as one of a log that was cut short since. */
  private missOutside(): void {
    const newest = this.outside.at(-1);
    if (!newest) return;
    const others = this.outside.length - 1;
    const more =
      others === 0 ? '' : ` (and ${others} more of the checkpoints kept outside are of a longer log than this)`;
    this.fault(
      this.next,
      `The log ends here, but had ${newest.size} entries on ${new Date(newest.time).toISOString()}${more}: it was cut short or rolled ` +
        'back, unless this export was made before that. Export anew, to another file, and verify that one.',
    );
  }

  private compare(checkpoint: Checkpoint | undefined): void {
    if (!checkpoint || this.isBroken) return;
    const { size, root, time } = checkpoint;
    const from = this.lastGood?.size ?? 0;
    if (size === this.range.size && isSameHash(root, this.range.root())) {
      this.lastGood = checkpoint;
      this.counts.checkpoints += 1;
      return;
    }
    this.isBroken = true;
    this.fault(
      from,
      `What was signed of ${size} entries on ${new Date(time).toISOString()} is not what they are now: ` +
        `one of the entries from ${from} up to ${size - 1} was changed, added, removed or moved after that.`,
    );
  }

  private open(note: string): Checkpoint | undefined {
    try {
      const checkpoint = openCheckpoint(note, this.trust.verifiers);
      if (checkpoint.origin === this.head?.origin) return checkpoint;
      this.fault(this.range.size, `A checkpoint is of another log, ${checkpoint.origin}.`);
    } catch (error) {
      if (!(error instanceof NoteRefused)) throw error;
      this.fault(this.range.size, `A checkpoint cannot be believed. ${error.message}`);
    }
    return undefined;
  }

  /** Undefined for a line that is none of an export, behind which no root can be computed. @throws SyntaxError where it is the first */
  private read(text: string): ReadLine | undefined {
    try {
      return readExportLine(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      if (!this.head)
        throw new SyntaxError(`The file does not begin with the head of an export: line 1 ${error.message}.`, {
          cause: error,
        });
      this.breakAt(
        this.next,
        `Line ${this.lines} of the file ${error.message}: it was changed, or the export was cut off.`,
      );
      return undefined;
    }
  }

  private breakAt(sequence: number, reason: string): void {
    this.isBroken = true;
    this.fault(sequence, reason);
  }

  private fault(sequence: number, reason: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push({ sequence, reason });
  }
}
