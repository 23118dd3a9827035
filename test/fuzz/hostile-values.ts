import type { SeededRandom } from '../faults/seeded-random.js';

/** What a JSON schema says of a value, as far as it is followed. */
export interface ValueSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
  readonly items?: ValueSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly ValueSchema[];
  readonly oneOf?: readonly ValueSchema[];
  readonly allOf?: readonly ValueSchema[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

const DEEPEST = 6;
const MOST_ITEMS = 3;
/** Share of optional fields that are given, and of values that are something else than they should be. */
const GIVEN = 0.5;
const WRONG = 0.12;

const LONG = 'x'.repeat(70_000);
const DEEP = JSON.parse('['.repeat(200) + ']'.repeat(200)) as unknown;

/** Texts that programs stumble over: of SQL, paths, subjects, headers, markup, templates, Unicode and their own lengths. */
const TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  '\r\nX-Injected: yes',
  'data: x\n\nevent: done\n\n',
  "' OR 1=1 --",
  "'; DROP TABLE jobs.batches; --",
  '%_%_%_%_%_',
  '../../../etc/passwd',
  '%2e%2e%2f',
  'a.b.c',
  '*',
  '>',
  'billing.>',
  '$SYS.REQ.SERVER.PING',
  '__proto__',
  'constructor',
  '<script>alert(1)</script>',
  '${env:PATH}',
  '{{7*7}}',
  '\ud800',
  '\u202e\ufeff',
  '👩‍🚀'.repeat(50),
  '(a+)+$'.repeat(20),
  'null',
  '-1',
  '1e999',
  'req_00000000000070008000000000000000',
  'file-00000000000000000000000000000000',
  'batch_00000000000000000000000000000000',
  'http://169.254.169.254/',
  '2026-02-30T25:61:61Z',
  LONG,
];

/** Values of any kind, where none was asked for. */
const ODDITIES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 1,
  [],
  {},
  [[]],
  [null],
  { __proto__: null, toString: 1 },
  { length: 1e9 },
  DEEP,
  ...TEXTS,
];

/** One of a list. */
export function oneOf<Thing>(random: SeededRandom, things: readonly Thing[]): Thing {
  return things[Math.floor(random.next() * things.length)] as Thing;
}

/** A text that somebody may mean ill by. */
export function hostileText(random: SeededRandom): string {
  return oneOf(random, TEXTS);
}

/** A value that mostly fits a schema and sometimes does not; `known` are ids that exist. */
export function valueFor(
  random: SeededRandom,
  schema: ValueSchema | undefined,
  known: readonly string[],
  depth = 0,
): unknown {
  if (!schema || depth > DEEPEST || random.next() < WRONG) return oneOf(random, ODDITIES);
  if ('const' in schema) return schema.const;
  if (schema.enum) return oneOf(random, schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return valueFor(random, oneOf(random, choices), known, depth);
  if (schema.allOf) return valueFor(random, oneOf(random, schema.allOf), known, depth);
  const type = typeof schema.type === 'string' ? schema.type : oneOf(random, schema.type ?? ['string']);
  if (type === 'object' || schema.properties) return objectFor(random, schema, known, depth);
  if (type === 'array')
    return Array.from({ length: Math.floor(random.next() * MOST_ITEMS) }, () =>
      valueFor(random, schema.items, known, depth + 1),
    );
  if (type === 'integer' || type === 'number') return numberFor(random, schema, type === 'integer');
  if (type === 'boolean') return random.next() < 0.5;
  if (type === 'null') return null;
  return textFor(random, schema, known);
}

function objectFor(random: SeededRandom, schema: ValueSchema, known: readonly string[], depth: number): object {
  const required = new Set(schema.required);
  const entries = Object.entries(schema.properties ?? {})
    .filter(([name]) => required.has(name) || random.next() < GIVEN)
    .map(([name, inner]): [string, unknown] => [name, valueFor(random, inner, known, depth + 1)]);
  if (random.next() < WRONG) entries.push([hostileText(random).slice(0, 100), oneOf(random, ODDITIES)]);
  return Object.fromEntries(entries);
}

function numberFor(random: SeededRandom, { minimum = 0, maximum = 1_000 }: ValueSchema, isWhole: boolean): number {
  const drawn = random.between(minimum, Math.min(maximum, minimum + 1_000));
  return isWhole ? Math.floor(drawn) : drawn;
}

function textFor(random: SeededRandom, { format }: ValueSchema, known: readonly string[]): string {
  const draw = random.next();
  if (draw < 0.3 && known.length > 0) return oneOf(random, known);
  if (draw < 0.5) return hostileText(random);
  if (format === 'date-time') return new Date(Math.floor(random.between(0, 4e12))).toISOString();
  if (format === 'uri') return 'https://example.com/hook';
  if (format === 'email') return 'ann@example.com';
  return oneOf(random, ['demo', 'default', 'fast', 'ci', 'hello', 'day', 'model', '1', '24h', 'user']);
}
