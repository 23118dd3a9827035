import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'sy_live_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_CHARACTERS = 30;
const CHECKSUM_CHARACTERS = 6;
const FORM = new RegExp(`^${PREFIX}[0-9A-Za-z]{${RANDOM_CHARACTERS + CHECKSUM_CHARACTERS}}$`);
const HINT_CHARACTERS = 4;

/**
 * A new key as the admin API hands it out: `sy_live_`, 30 random characters of base 62 (178 bits) and 6 of the CRC-32 of what
 * stands before, so that scanners recognise one that leaked and a mistyped one is known without looking it up.
 */
export function issueKey(): string {
  const random = Array.from({ length: RANDOM_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  const body = PREFIX + random;
  return body + checksumOf(body);
}

/** Whether text has the form of such a key but the wrong checksum: it was mistyped or cut. */
export function isMistypedKey(key: string): boolean {
  if (!key.startsWith(PREFIX)) return false;
  const body = key.slice(0, -CHECKSUM_CHARACTERS);
  return !FORM.test(key) || checksumOf(body) !== key.slice(-CHECKSUM_CHARACTERS);
}

/** What may be shown of a key, to recognise it by: its prefix and its last four characters. */
export function hintOf(key: string): string {
  return `${key.slice(0, PREFIX.length)}…${key.slice(-HINT_CHARACTERS)}`;
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let checksum = '';
  for (let count = 0; count < CHECKSUM_CHARACTERS; count += 1) {
    checksum = (ALPHABET[rest % ALPHABET.length] ?? '') + checksum;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return checksum;
}
