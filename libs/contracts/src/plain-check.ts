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
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const base = baseOf(def);
  const further = (def.checks ?? []).map((check) => furtherOf((check as z.core.$ZodChecks)._zod.def));
  if (further.length === 0) return base;
  const [only] = further;
  if (further.length === 1 && only) return (value) => base(value) && only(value);
  return (value) => base(value) && further.every((check) => check(value));
}

/** What a type asks for by itself. */
function baseOf(def: z.core.$ZodTypes['_zod']['def']): Check {
  switch (def.type) {
    case 'string': {
      if ('format' in def || def.coerce) return never;
      return (value) => typeof value === 'string';
    }
    case 'number':
      return numberOf(def);
    case 'boolean':
      return def.coerce ? never : (value) => typeof value === 'boolean';
    case 'literal': {
      const values = new Set<unknown>(def.values);
      return (value) => values.has(value);
    }
    case 'enum': {
      const values = new Set<unknown>(Object.values(def.entries));
      return (value) => values.has(value);
    }
    case 'optional': {
      const inner = checkOf(def.innerType);
      return (value) => value === undefined || inner(value);
    }
    case 'array': {
      const element = checkOf(def.element);
      return (value) => Array.isArray(value) && value.every(element);
    }
    case 'record': {
      const [name, inner] = [checkOf(def.keyType), checkOf(def.valueType)];
      return (value) => isObject(value) && everyMember(value, (key, member) => name(key) && inner(member));
    }
    case 'object':
      return objectOf(def.shape);
    case 'union':
      return unionOf(def.options);
    default:
      return never;
  }
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
  return Object.entries(shape).flatMap(([name, schema]) => (schema._zod.optin === 'optional' ? [] : [name]));
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
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'literal') return () => true;
  if (def.type !== 'object') return never;
  const required = requiredOf(def.shape);
  return (value) => !isObject(value) || required.some((name) => value[name] === undefined);
}

/** What is asked for besides. */
function furtherOf(def: z.core.$ZodChecks['_zod']['def'] | z.core.$ZodCustomDef): Check {
  switch (def.check) {
    case 'greater_than':
      return boundOf(def, (value, bound) => (def.inclusive ? value >= bound : value > bound));
    case 'less_than':
      return boundOf(def, (value, bound) => (def.inclusive ? value <= bound : value < bound));
    case 'min_length':
      return (value) => lengthOf(value) >= def.minimum;
    case 'max_length':
      return (value) => lengthOf(value) <= def.maximum;
    case 'length_equals':
      return (value) => lengthOf(value) === def.length;
    case 'string_format': {
      const { pattern, format } = def;
      if (format !== 'regex' || !pattern || pattern.global || pattern.sticky) return never;
      return (value) => typeof value === 'string' && pattern.test(value);
    }
    case 'custom': {
      const { fn } = def;
      return fn ? (value) => fn(value) === true : never;
    }
    default:
      return never;
  }
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
