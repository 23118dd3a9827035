import type { KeyObject } from 'node:crypto';
import { HASH_BYTES } from './hashes.js';
import { NoteRefused, openNote, signNote, type Verifier } from './signed-note.js';

/** A log's word on its own state: how many entries it had at a time, and the root over them. */
export interface Checkpoint {
  /** Name of the log, unique in the world. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** When it was signed, in milliseconds since the Unix epoch; in the note an extension line `time <ISO 8601>`. */
  readonly time: number;
}

/** Signs a checkpoint in the form of C2SP tlog-checkpoint, as a signed note by the key of the log's own name. */
export function signCheckpoint({ origin, size, root, time }: Checkpoint, privateKey: KeyObject): string {
  const lines = [origin, size, Buffer.from(root).toString('base64'), `time ${new Date(time).toISOString()}`];
  return signNote(`${lines.join('\n')}\n`, origin, privateKey);
}

/** A checkpoint that one of the verifiers signed. @throws NoteRefused where it is none, or none of theirs */
export function openCheckpoint(note: string, verifiers: readonly Verifier[]): Checkpoint {
  const { text, signedBy } = openNote(note, verifiers);
  const [origin = '', size = '', encoded = '', ...extensions] = text.split('\n');
  const root = Buffer.from(encoded, 'base64');
  const time = Date.parse(extensions.find((line) => line.startsWith('time '))?.slice('time '.length) ?? '');
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || root.length !== HASH_BYTES || Number.isNaN(time))
    throw new NoteRefused('A note was signed, but it is no checkpoint with origin, size, root and time.');
  if (time > (signedBy.validUntil ?? Number.POSITIVE_INFINITY))
    throw new NoteRefused(
      `A checkpoint of ${new Date(time).toISOString()} was signed by a key that signed until ${new Date(signedBy.validUntil ?? 0).toISOString()} only: whoever made it has an old key.`,
    );
  if (origin !== signedBy.name)
    throw new NoteRefused(`A checkpoint of ${origin} was signed by the key of ${signedBy.name}.`);
  return { origin, size: Number(size), root, time };
}

/** The root that a checkpoint names, without asking who signed it: for whoever signed it themselves. */
export function rootIn(note: string): Uint8Array {
  const [, , encoded = ''] = note.split('\n', 3);
  return Buffer.from(encoded, 'base64');
}

/** The notes in a text that holds any number of them, one after another, with or without empty lines between. */
export function notesIn(text: string): string[] {
  const notes = text.replaceAll('\r\n', '\n').matchAll(/[^\n][^—]*?\n\n(?:— [^\n]+\n)+/g);
  return [...notes].map(([note]) => note.replace(/^\n+/, ''));
}
