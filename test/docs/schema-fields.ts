import { errorClass } from '#libs/contracts';
import { z } from 'zod';

/** One field of a message: its path, its type in words, and whether it is always there. */
export interface SchemaField {
  readonly path: string;
  readonly type: string;
  readonly isAlways: boolean;
}

interface JsonSchema {
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  items?: JsonSchema;
  prefixItems?: readonly JsonSchema[];
  maxLength?: number;
}

/** Every field of an object's schema, nested ones by their path, in the order of the schema. */
export function schemaFields(schema: z.ZodType): SchemaField[] {
  return fieldsOf(z.toJSONSchema(schema) as JsonSchema, '');
}

function fieldsOf({ properties = {}, required = [] }: JsonSchema, prefix: string): SchemaField[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const isAlways = required.includes(name);
    const inner = field.type === 'array' && field.items ? field.items : field;
    const own = { path, type: typeOf(field), isAlways };
    return inner.properties ? [own, ...fieldsOf(inner, inner === field ? `${path}.` : `${path}[].`)] : [own];
  });
}

function typeOf(field: JsonSchema): string {
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
  if (field.enum)
    return isErrorClass(field.enum) ? 'error class' : field.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (field.prefixItems) return `[${field.prefixItems.map(typeOf).join(', ')}]`;
  if (field.type === 'array') return `list of ${field.items ? typeOf(field.items) : 'anything'}`;
  const type = field.type ?? 'anything';
  return field.maxLength === undefined ? type : `${type}, at most ${field.maxLength} characters`;
}

function isErrorClass(values: readonly unknown[]): boolean {
  return values.length === errorClass.options.length && values[0] === errorClass.options[0];
}
