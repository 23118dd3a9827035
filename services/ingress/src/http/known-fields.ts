import { z, type ZodType } from 'zod';

/** The fields that a schema knows at a place, for whoever misspelt one; none where it knows no names there. */
export function knownFieldsAt(schema: ZodType, path: readonly PropertyKey[]): readonly string[] {
  let place: unknown = plain(schema);
  for (const part of path) {
    if (place instanceof z.ZodArray) place = plain(place.element);
    else if (place instanceof z.ZodRecord) place = plain(place.valueType);
    else if (place instanceof z.ZodObject) place = plain(place.shape[String(part)]);
    else return [];
  }
  return place instanceof z.ZodObject ? Object.keys(place.shape) : [];
}

/** Without what is around it: a default, that it may be absent or null, what is made of it afterwards. */
function plain(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return plain(schema.unwrap());
  return schema instanceof z.ZodPipe ? plain(schema.in) : schema;
}
