import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';

/** Who signed a note: a name and the 32 bytes of an Ed25519 public key. */
export interface Verifier {
  readonly name: string;
  readonly publicKey: Uint8Array;
  /** Until when it signed, in milliseconds since the Unix epoch; absent of a key that still does, or where that is not known. */
  readonly validUntil?: number;
}

/** A note whose text was signed by one of the verifiers. */
export interface OpenedNote {
  readonly text: string;
  readonly signedBy: Verifier;
}

/** Why a note was not believed; the message says what to look at. */
export class NoteRefused extends Error {
  override readonly name = 'NoteRefused';
}

const ED25519 = 0x01;
const KEY_ID_BYTES = 4;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE = /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/;

/** Signs a text that ends in a line feed, in the form of C2SP signed-note: the text, an empty line, a line for the signature. */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  if (!text.endsWith('\n')) throw new RangeError('the text of a note ends in a line feed');
  const publicKey = rawPublicKey(createPublicKey(privateKey.export({ type: 'pkcs8', format: 'pem' })));
  const signature = sign(null, Buffer.from(text), privateKey);
  const line = Buffer.concat([keyIdOf({ name, publicKey }), signature]).toString('base64');
  return `${text}\n— ${name} ${line}\n`;
}

/** Text of a note. @throws NoteRefused where none of the verifiers has signed it, or a signature of one of them is false */
export function openNote(note: string, verifiers: readonly Verifier[]): OpenedNote {
  const border = note.lastIndexOf('\n\n');
  if (border < 0) throw new NoteRefused('This is no signed note: it has no empty line before its signatures.');
  const text = note.slice(0, border + 1);
  let signedBy: Verifier | undefined;
  for (const line of note
    .slice(border + 2)
    .split('\n')
    .slice(0, -1)) {
    const [, name = '', encoded = ''] = SIGNATURE.exec(line) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    const known = verifiers.find((one) => one.name === name && keyIdOf(one).equals(bytes.subarray(0, KEY_ID_BYTES)));
    if (!known) continue;
    if (
      bytes.toString('base64') !== encoded ||
      !verify(null, Buffer.from(text), publicKeyObject(known.publicKey), bytes.subarray(KEY_ID_BYTES))
    )
      throw new NoteRefused(`The signature of ${name} is not one of this text: the note was changed, or is a forgery.`);
    signedBy = known;
  }
  if (!signedBy) throw new NoteRefused('No signature is by a key that was given; was it signed with another one?');
  return { text, signedBy };
}

/** A verifier as text, in the form of C2SP signed-note: name, id and key. */
export function encodeVerifier(verifier: Verifier): string {
  const key = Buffer.concat([Buffer.of(ED25519), verifier.publicKey]).toString('base64');
  return `${verifier.name}+${keyIdOf(verifier).toString('hex')}+${key}`;
}

/** Reads what `encodeVerifier` wrote. Undefined for a text that is none, or whose id is not that of its key. */
export function decodeVerifier(text: string): Verifier | undefined {
  const [, name = '', id = '', encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes[0] !== ED25519 || bytes.length !== 1 + PUBLIC_KEY_BYTES) return undefined;
  const verifier = { name, publicKey: bytes.subarray(1) };
  return keyIdOf(verifier).toString('hex') === id ? verifier : undefined;
}

/** A line of a list of keys: a verifier, and of one that signs no more `until` and the time (ISO 8601) behind it. */
export function encodeKeyLine(verifier: string, validUntil: string | null): string {
  return validUntil === null ? verifier : `${verifier} until ${validUntil}`;
}

/** Reads what `encodeKeyLine` wrote. Undefined for a line that is none. */
export function decodeKeyLine(line: string): Verifier | undefined {
  const [text = '', until] = line.trim().split(' until ');
  const verifier = decodeVerifier(text);
  if (until === undefined || !verifier) return verifier;
  const validUntil = Date.parse(until);
  return Number.isNaN(validUntil) ? undefined : { ...verifier, validUntil };
}

/** The 32 bytes of an Ed25519 public key. */
export function rawPublicKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}

function publicKeyObject(raw: Uint8Array): KeyObject {
  const x = Buffer.from(raw).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

function keyIdOf({ name, publicKey }: Verifier): Buffer {
  const message = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), publicKey]);
  return hash('sha256', message, 'buffer').subarray(0, KEY_ID_BYTES);
}
