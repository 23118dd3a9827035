import { isIPv6 } from 'node:net';
import type { Detection } from '../detection.js';
import { isAnnounced, isWordAt } from './surroundings.js';

const V4 = /\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/g;
const V6 = /[0-9A-Fa-f:]{5,39}/g;
const VERSION = /(?:\bv|version|release|build|rev(?:ision)?\.?|section|§)\s*:?\s*$/i;
/** Of nobody: unspecified, loopback and all of a network. */
const NOBODYS = /^(?:0\.|127\.|255\.255\.|::1?$)/;

/** Addresses of the Internet Protocol, but for loopback and masks, which tell nothing of anybody. */
export function findIpAddresses(text: string): Detection[] {
  const found: Detection[] = [];
  for (const { 0: address, index: start } of text.matchAll(V4)) {
    const end = start + address.length;
    const isWhole =
      !isWordAt(text, start - 1) &&
      !/[.\w]/.test(text[start - 1] ?? '') &&
      !/^(?:\w|\.\d)/.test(text.slice(end, end + 2));
    const isAddress = address.split('.').every((part) => Number(part) < 256 && (part === '0' || !part.startsWith('0')));
    if (isWhole && isAddress && !NOBODYS.test(address) && !isAnnounced(text, start, VERSION)) {
      found.push({ start, end, class: 'ip_address' });
    }
  }
  if (text.includes(':')) addV6(text, found);
  return found;
}

function addV6(text: string, found: Detection[]): void {
  for (const { 0: candidate, index: start } of text.matchAll(V6)) {
    const address = candidate.replace(/(?<!:):$/, '');
    const end = start + address.length;
    if (isWordAt(text, start - 1) || isWordAt(text, end) || !/\d/.test(address)) continue;
    if (isIPv6(address) && !NOBODYS.test(address)) found.push({ start, end, class: 'ip_address' });
  }
}
