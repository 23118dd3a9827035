import { openCheckpoint, type Checkpoint } from './checkpoint.js';
import { CompactRange } from './compact-range.js';
import type { EntryLine, ExportHead, ExportLine, WithheldLine } from './export-line.js';
import { isSameHash, leafHash } from './hashes.js';
import { nodesOf } from './ranges.js';
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
  readonly removedEntries: number;
  /** Signed states of the log that the entries make up. */
  readonly verifiedCheckpoints: number;
  /** Time of the newest of them. */
  readonly newestCheckpoint: number | undefined;
  readonly faults: readonly LogFault[];
}

/** What to believe: keys, and checkpoints that were kept outside, without which a log cut short or rolled back cannot be told. */
export interface ExportTrust {
  readonly verifiers: readonly Verifier[];
  readonly checkpoints: readonly string[];
  /** What columns that are searched by contradict the body that was hashed; undefined where they agree. */
  readonly contradictionOf?: (line: EntryLine) => string | undefined;
}

const MOST_FAULTS = 1_000;

/** Verifies a whole export, line by line, in constant memory but for the outside checkpoints. Throws for a text that is no export. */
export class ExportVerifier {
  private readonly range = new CompactRange();
  private readonly faults: LogFault[] = [];
  private readonly outside: Checkpoint[] = [];
  private head: ExportHead | undefined;
  private counts = { entries: 0, withheld: 0, removed: 0, checkpoints: 0 };
  private lastGood: Checkpoint | undefined;
  private isBroken = false;
  private lines = 0;

  constructor(private readonly trust: ExportTrust) {}

  take(text: string): void {
    this.lines += 1;
    const line = this.parse(text);
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
    if (this.range.size < head.size)
      this.fault(this.range.size, `The export ends here; its log has ${head.size} entries.`);
    for (const { size, time } of this.outside) {
      const when = new Date(time).toISOString();
      this.fault(
        this.range.size,
        `The log ended here, but had ${size} entries on ${when}: it was cut short or rolled back.`,
      );
    }
    if (this.range.size > (this.lastGood?.size ?? 0) && !this.isBroken)
      this.fault(this.lastGood?.size ?? 0, 'No checkpoint by a key that was given covers the entries from here on.');
    return {
      organization: head.organization,
      origin: head.origin,
      size: this.range.size,
      verifiedEntries: this.counts.entries,
      withheldEntries: this.counts.withheld,
      removedEntries: this.counts.removed,
      verifiedCheckpoints: this.counts.checkpoints,
      newestCheckpoint: this.lastGood?.time,
      faults: this.faults,
    };
  }

  private begin(head: ExportHead): void {
    this.head = head;
    for (const note of this.trust.checkpoints) {
      // Notes of other logs may lie in the same folder.
      if (!note.startsWith(`${head.origin}\n`)) continue;
      const checkpoint = this.open(note);
      if (checkpoint) this.outside.push(checkpoint);
    }
    this.outside.sort((left, right) => left.size - right.size || left.time - right.time);
    this.compareOutside();
  }

  private takeEntry(line: Exclude<ExportLine, ExportHead | WithheldLine | { object: 'audit.checkpoint' }>): void {
    if (!this.isNext(line.sequence)) return;
    const stated = Buffer.from(line.leaf_hash, 'base64');
    this.range.append(stated);
    if (line.object === 'audit.missing') {
      this.fault(line.sequence, 'The entry is missing: it was removed from the database.');
      return;
    }
    if (line.redacted === true) {
      this.counts.withheld += 1;
      return;
    }
    if (!isSameHash(stated, leafHash(line.body))) {
      this.fault(line.sequence, 'The entry is not the one that was recorded: its bytes have another hash.');
      return;
    }
    const contradiction = this.trust.contradictionOf?.(line);
    if (contradiction === undefined) this.counts.entries += 1;
    else this.fault(line.sequence, contradiction);
  }

  private takeWithheld({ from, until, nodes, reason }: WithheldLine): void {
    if (!this.isNext(from)) return;
    const places = nodesOf({ start: from, end: until });
    if (places.length !== nodes.length)
      throw new SyntaxError(`Line ${this.lines} does not hold ${places.length} nodes.`);
    for (const [place, node] of nodes.entries()) {
      this.range.append(Buffer.from(node, 'base64'), places[place]?.level);
    }
    if (reason === 'retention') this.counts.removed += until - from;
    else this.counts.withheld += until - from;
  }

  /** Lines that are not in order cannot be hashed in order: an entry was added, doubled, moved, or its line is gone. */
  private isNext(sequence: number): boolean {
    if (sequence === this.range.size) return true;
    this.isBroken = true;
    this.fault(
      this.range.size,
      `Entry ${this.range.size} should stand here, but ${sequence} does: something was added, removed or moved.`,
    );
    return false;
  }

  private compareOutside(): void {
    for (let next = this.outside[0]; next && next.size <= this.range.size; next = this.outside[0]) {
      this.outside.shift();
      if (next.size === this.range.size) this.compare(next);
    }
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

  private parse(text: string): ExportLine {
    try {
      return JSON.parse(text) as ExportLine;
    } catch (cause) {
      throw new SyntaxError(`Line ${this.lines} is not JSON; was the export cut off?`, { cause });
    }
  }

  private fault(sequence: number, reason: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push({ sequence, reason });
  }
}
