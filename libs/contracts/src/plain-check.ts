import type { z } from 'zod';

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, z.core.$ZodType>>;

/**
 * A check that says quickly of most values of a schema that they are such: `true` means that the schema parses the value to the very same,
 * nothing changed or left out. `false` says nothing: ask the schema, which also knows what is wrong. For what comes by the thousand from
 * our own services, since the schema copies what it reads. What this does not know of zod makes it say `false`.
 */
export function plainCheck<Schema extends z.ZodType>(schema: Schema): (value: unknown) => value is z.output<Schema> {
  const check = checkOf(schema);
  return (value): value is z.output<Schema> => check(value);
}

const never: Check = () => false;

function checkOf(schema: z.core.$ZodType): Check {
  const { _zod: internals } = schema as z.core.$ZodTypes;
  const { def } = internals;
  const base = baseOf(def);
  const further = (def.checks ?? []).map(furtherOf);
  if (further.length === 0) return base;
  const [only] = further;
  if (further.length === 1 && only) return (value) => base(value) && only(value);
  return (value) => base(value) && further.every((check) => check(value));
}

/** What a type asks for by itself. */
function baseOf(def: z.core.$ZodTypes['_zod']['def']): Check {
  if (def.type === 'object') return objectOf(def.shape);
  if (def.type === 'number') return numberOf(def);
  if (def.type === 'literal') return oneOf(def.values);
  if (def.type === 'enum') return oneOf(Object.values(def.entries));
  if (def.type === 'union') return unionOf(def.options);
  if (def.type === 'string' && !('format' in def) && !def.coerce) return (value) => typeof value === 'string';
  if (def.type === 'boolean' && !def.coerce) return (value) => typeof value === 'boolean';
  if (def.type === 'optional') {
    const inner = checkOf(def.innerType);
    return (value) => value === undefined || inner(value);
  }
  if (def.type === 'array') {
    const element = checkOf(def.element);
    return (value) => Array.isArray(value) && value.every((one) => element(one));
  }
  if (def.type === 'record') {
    const [name, inner] = [checkOf(def.keyType), checkOf(def.valueType)];
    return (value) => isObject(value) && everyMember(value, (key, member) => name(key) && inner(member));
  }
  return never;
}

function oneOf(values: Iterable<unknown>): Check {
  const known = new Set(values);
  return (value) => known.has(value);
}

function numberOf(def: z.core.$ZodNumberDef | z.core.$ZodNumberFormatDef): Check {
  if (def.coerce) return never;
  if (!('format' in def)) return Number.isFinite;
  return def.format === 'safeint' ? Number.isSafeInteger : never;
}

/** A member that is not of the shape would be left out, or refused. */
function objectOf(shape: Shape): Check {
  const checks = new Map(Object.entries(shape).map(([name, schema]) => [name, checkOf(schema)]));
  const required = requiredOf(shape);
  return (value) => {
    if (!isObject(value)) return false;
    for (const name of required) if (value[name] === undefined) return false;
    return everyMember(value, (name, member) => checks.get(name)?.(member) ?? false);
  };
}

function requiredOf(shape: Shape): string[] {
  return Object.entries(shape).flatMap(([name, { _zod: internals }]) => (internals.optin === 'optional' ? [] : [name]));
}

/** The schema takes the first that it can, even if it leaves out members of the value. */
function unionOf(options: readonly z.core.$ZodType[]): Check {
  const checks = options.map((option) => ({ fits: checkOf(option), refuses: refusalOf(option) }));
  return (value) => {
    for (const { fits, refuses } of checks) {
      if (fits(value)) return true;
      if (!refuses(value)) return false;
    }
    return false;
  };
}

/** Says surely of a value that does not fit plainly that the schema refuses it. */
function refusalOf(schema: z.core.$ZodType): Check {
  const { _zod: internals } = schema as z.core.$ZodTypes;
  const { def } = internals;
  if (def.type === 'literal') return () => true;
  if (def.type !== 'object') return never;
  const required = requiredOf(def.shape);
  return (value) => !isObject(value) || required.some((name) => value[name] === undefined);
}

/** What is asked for besides. */
function furtherOf(check: z.core.$ZodCheck): Check {
  const { _zod: internals } = check as z.core.$ZodChecks | z.core.$ZodCustom;
  const { def } = internals;
  if (def.check === 'greater_than')
    return boundOf(def, (value, bound) => (def.inclusive ? value >= bound : value > bound));
  if (def.check === 'less_than')
    return boundOf(def, (value, bound) => (def.inclusive ? value <= bound : value < bound));
  if (def.check === 'min_length') return (value) => lengthOf(value) >= def.minimum;
  if (def.check === 'max_length') return (value) => lengthOf(value) <= def.maximum;
  if (def.check === 'length_equals') return (value) => lengthOf(value) === def.length;
  if (def.check === 'custom') return customOf(def);
  if (def.check === 'string_format') return formatOf(def);
  return never;
}

function customOf({ fn }: { fn?: (value: unknown) => unknown }): Check {
  return fn ? (value) => fn(value) === true : never;
}

function formatOf({ format, pattern }: { format: string; pattern?: RegExp | undefined }): Check {
  if (format !== 'regex' || !pattern || pattern.global || pattern.sticky) return never;
  return (value) => typeof value === 'string' && pattern.test(value);
}

function boundOf({ value: bound }: { value: unknown }, holds: (value: number, bound: number) => boolean): Check {
  return typeof bound === 'number' ? (value) => typeof value === 'number' && holds(value, bound) : never;
}

/** Of texts and lists; of anything else none, which no bound lets pass. */
function lengthOf(value: unknown): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : Number.NaN;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Inherited members count too: of what was parsed from JSON there are none. */
function everyMember(
  value: Readonly<Record<string, unknown>>,
  holds: (name: string, member: unknown) => boolean,
): boolean {
  for (const name in value) if (name === '__proto__' || !holds(name, value[name])) return false;
  return true;
}
