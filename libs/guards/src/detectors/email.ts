import type { Detection } from '../detection.js';

const LONGEST_LOCAL_PART = 64;
const LONGEST_DOMAIN = 253;
const LOCAL = /[\p{L}\p{N}._%+'-]/u;
const DOMAIN = /[\p{L}\p{N}.-]/u;
const ENDS_IN_NAME = /\.(?:\p{L}{2,24}|xn--[a-z0-9-]{1,59})$/u;

/** Mail addresses: what stands around each `@`, up to a top-level domain (RFC 5321, 4.5.3.1 for the lengths). */
export function findEmails(text: string): Detection[] {
  const found: Detection[] = [];
  let from = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > from && at - start < LONGEST_LOCAL_PART && LOCAL.test(text[start - 1] ?? '')) start--;
    while (start < at && /[.'%-]/.test(text[start] ?? '')) start++;
    let end = at + 1;
    while (end < text.length && end - at <= LONGEST_DOMAIN && DOMAIN.test(text[end] ?? '')) end++;
    while (end > at && /[.-]/.test(text[end - 1] ?? '')) end--;
    const domain = text.slice(at + 1, end);
    if (start === at || domain.includes('..') || domain.startsWith('.') || !ENDS_IN_NAME.test(domain)) continue;
    found.push({ start, end, class: 'email' });
    from = end;
  }
  return found;
}
