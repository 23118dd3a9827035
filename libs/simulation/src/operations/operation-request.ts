import { ChatRequestError } from '../chat/chat-request.js';

/** The operations beside chat that the sim provider knows, by the names of their addresses. */
const SIM_OPERATIONS = [
  'embeddings',
  'moderations',
  'rerank',
  'images',
  'image-edits',
  'image-variations',
  'speech',
  'transcription',
] as const;
export type SimOperation = (typeof SIM_OPERATIONS)[number];

/** A call of such an operation, read as far as the simulation needs it. */
export interface OperationRequest {
  readonly model: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** What decides chances and is counted as prompt tokens. */
  readonly texts: readonly string[];
  /** Size of the whole body: what a simulated transcription counts. */
  readonly bodyBytes: number;
}

const FORM_FIELD =
  /content-disposition: *form-data;[^\r\n]*\bname="([^"\r\n]*)"(;[^\r\n]*)?\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)/gi;
/** Operations whose bodies are forms. */
const OF_FORMS: ReadonlySet<SimOperation> = new Set(['image-edits', 'image-variations', 'transcription']);
const TEXT_FIELDS = ['input', 'prompt', 'query', 'documents'];

/**
 * Reads the body of a call: JSON, or the plain fields of a form.
 * @throws ChatRequestError for a body that is neither.
 */
export function readOperation(operation: SimOperation, body: Uint8Array, model?: string): OperationRequest {
  const fields = OF_FORMS.has(operation) ? formFields(body) : jsonFields(body);
  const named = model ?? fields.model ?? (operation === 'moderations' ? 'omni-moderation-latest' : undefined);
  if (typeof named !== 'string') throw new ChatRequestError('model must be a string.', 'model');
  return { model: named, fields, texts: TEXT_FIELDS.flatMap((name) => textsIn(fields[name])), bodyBytes: body.length };
}

function jsonFields(body: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw new ChatRequestError('The body is not valid JSON.', null);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ChatRequestError('The body must be a JSON object.', null);
  }
  return value as Record<string, unknown>;
}

/** Good enough for what clients send; a file's own content is not looked into. */
function formFields(body: Uint8Array): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  for (const [, name = '', file, value = ''] of Buffer.from(body).toString('latin1').matchAll(FORM_FIELD)) {
    if (file === undefined) fields[name] ??= Buffer.from(value, 'latin1').toString('utf8');
  }
  return fields;
}

/** All text in a value, in order; numbers, which stand for tokens, among it. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
