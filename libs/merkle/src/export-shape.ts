import type { ExportLine } from './export-line.js';
import { HASH_BYTES } from './hashes.js';

/** A line, and what of it is not as exports are written. */
export interface ReadLine {
  readonly line: ExportLine;
  readonly oddity: string | undefined;
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const moment: Check = (value) =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value;
const oneOf =
  (...values: unknown[]): Check =>
  (value) =>
    values.includes(value);

/** What the lines of an export consist of; those with `optional` may lack. */
const SHAPES: Readonly<
  Record<ExportLine['object'], { needed: Record<string, Check>; optional: Record<string, Check> }>
> = {
  'audit.export': {
    needed: { version: oneOf(1), organization: text, origin: text, size: count, filter: isObject },
    optional: {},
  },
  'audit.entry': {
    needed: {
      sequence: count,
      recorded_at: moment,
      request_id: text,
      type: text,
      project: text,
      leaf_hash: text,
      body: text,
    },
    optional: { key: text, model: text, redacted: oneOf(true) },
  },
  'audit.missing': { needed: { sequence: count, leaf_hash: text }, optional: {} },
  'audit.withheld': {
    needed: { from: count, until: count, reason: oneOf('filter', 'retention'), nodes: texts },
    optional: {},
  },
  'audit.checkpoint': { needed: { note: text }, optional: {} },
};

/**
 * A line of an export, and what of it is not as exports are written, if anything: a field too many, or another way of writing the same JSON, such as a field that stands there
 * twice. Nothing proves such parts, and other readers may take them for the truth. @throws SyntaxError for what is no line of an export
 */
export function readExportLine(given: string): ReadLine {
  const line = parsed(given);
  const shape = (SHAPES as Partial<typeof SHAPES>)[line.object];
  if (!shape) throw new SyntaxError('is none of an export');
  const fields = line as unknown as Readonly<Record<string, unknown>>;
  for (const [name, check] of Object.entries(shape.needed))
    if (!check(fields[name])) throw new SyntaxError(`has no '${name}' that an export has`);
  for (const [name, check] of Object.entries(shape.optional))
    if (fields[name] !== undefined && !check(fields[name]))
      throw new SyntaxError(`has no '${name}' that an export has`);
  const unknown = Object.keys(line).find(
    (name) => name !== 'object' && !(name in shape.needed) && !(name in shape.optional),
  );
  if (unknown !== undefined) return { line, oddity: `has a field '${unknown}', which no export has` };
  return { line, oddity: JSON.stringify(line) === given ? undefined : 'is not written as exports are' };
}

function parsed(given: string): ExportLine {
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch (cause) {
    throw new SyntaxError('is not JSON', { cause });
  }
  if (typeof value !== 'object' || value === null) throw new SyntaxError('is none of an export');
  return value as ExportLine;
}

/** A hash in a line; undefined for a text that is not the one way to write one. */
export function hashIn(encoded: string): Uint8Array | undefined {
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.length === HASH_BYTES && bytes.toString('base64') === encoded ? bytes : undefined;
}
