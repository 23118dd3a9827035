import { auditNotedSchema, requestEndedSchema } from '#libs/contracts';
import { EMPTY_CHAIN, hashOfEntry, type ChainEnd, type Link, type Sha256 } from './chain.policy.js';
import { typeOfEvent } from './entry-type.policy.js';

/** An entry as stored: the hashed body, and the copies in columns that searches rely on. */
export interface StoredEntry extends Link {
  readonly organization: string;
  readonly requestId: string;
  readonly type: string;
  readonly body: string;
}

/** The first thing that is wrong with a chain. */
export interface ChainFault {
  readonly sequence: number;
  readonly reason: string;
}

/** What to check against: how to hash, where the entries should end (`chain_heads`), and where they begin. */
export interface ChainCheck {
  readonly sha256: Sha256;
  /** Without it, entries missing at the end go unnoticed. */
  readonly head?: ChainEnd;
  /** The end of what was verified before; the start of the chain unless given. */
  readonly after?: ChainEnd;
}

/**
 * Reads a chain in the order of its sequence and returns its first fault: an entry changed, missing, added or moved, or a
 * searchable column that contradicts the hashed body. Returns undefined for a chain that is whole. `recorded_at` is not
 * bound by the hash; the event's own times are.
 */
export function verifyChain(entries: Iterable<StoredEntry>, check: ChainCheck): ChainFault | undefined {
  let end = check.after ?? EMPTY_CHAIN;
  for (const entry of entries) {
    const reason = faultOf(entry, end, check.sha256);
    if (reason !== undefined) {
      return { sequence: entry.sequence, reason };
    }
    end = entry;
  }
  const { head } = check;
  if (head && (head.sequence !== end.sequence || !isSame(head.hash, end.hash))) {
    return {
      sequence: end.sequence,
      reason: `the chain ends here, but its head is entry ${head.sequence} with another hash`,
    };
  }
  return undefined;
}

function faultOf(entry: StoredEntry, end: ChainEnd, sha256: Sha256): string | undefined {
  if (entry.sequence !== end.sequence + 1) {
    return `follows entry ${end.sequence}: an entry is missing, added or moved`;
  }
  if (!isSame(entry.previousHash, end.hash)) {
    return 'its previous hash is not the hash of the entry before';
  }
  if (!isSame(entry.hash, hashOfEntry(end.hash, entry.body, sha256))) {
    return 'its hash is not that of its body';
  }
  return contradictionOf(entry);
}

function contradictionOf({ organization, requestId, type, body }: StoredEntry): string | undefined {
  const value = parsed(body);
  const note = auditNotedSchema.safeParse(value).data;
  if (note) {
    const isNoted = note.organization === organization && note.noteId === requestId && note.type === type;
    return isNoted ? undefined : 'its columns contradict its body';
  }
  const event = requestEndedSchema.safeParse(value).data;
  if (!event) {
    return 'its body is not an event';
  }
  const isAgreed = event.organization === organization && event.requestId === requestId && typeOfEvent(event) === type;
  return isAgreed ? undefined : 'its columns contradict its body';
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, position) => byte === right[position]);
}
