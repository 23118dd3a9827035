/**
 * JSON text that is the same for the same value: members sorted by name, no spaces, numbers and text in one way of writing.
 * Undefined where different values may look the same: whole numbers beyond what a double tells apart, which a provider that counts
 * better may do. `leaveOut` names members of the outermost object that do not count.
 */
export function canonicalJson(value: unknown, leaveOut: ReadonlySet<string> = NONE): string | undefined {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return isExact(value) ? String(value) : undefined;
  if (value === null || typeof value !== 'object') return String(value);
  return Array.isArray(value) ? listText(value) : objectText(value as Readonly<Record<string, unknown>>, leaveOut);
}

const NONE: ReadonlySet<string> = new Set();
const PLAIN_NAME = /^\w+$/;

function listText(items: readonly unknown[]): string | undefined {
  let all = '';
  for (const item of items) {
    const text = canonicalJson(item);
    if (text === undefined) return undefined;
    all += all === '' ? text : `,${text}`;
  }
  return `[${all}]`;
}

function objectText(object: Readonly<Record<string, unknown>>, leaveOut: ReadonlySet<string>): string | undefined {
  let all = '';
  for (const name of Object.keys(object).toSorted()) {
    const member = object[name];
    if (member === undefined || leaveOut.has(name)) continue;
    const text = canonicalJson(member);
    if (text === undefined) return undefined;
    const quoted = PLAIN_NAME.test(name) ? `"${name}"` : JSON.stringify(name);
    all += all === '' ? `${quoted}:${text}` : `,${quoted}:${text}`;
  }
  return `{${all}}`;
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}
