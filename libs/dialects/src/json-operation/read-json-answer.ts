/** Parses a plain answer of JSON; undefined for bytes that are no object, and for one that tells an error. */
export function readJsonAnswer(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return undefined;
    return value.error === undefined || value.error === null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value is an object with members, not a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a list of at least one object, as every answer with results has one. */
export function isListOfRecords(value: unknown): value is readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) && value.length > 0 && value.every(isRecord);
}
