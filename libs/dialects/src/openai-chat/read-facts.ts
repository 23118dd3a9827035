import { isUtf8 } from 'node:buffer';
import type { ZodError } from 'zod';
import type { DialectFacts } from '../caller-dialect.js';
import { DialectError } from '../dialect-error.js';
import { scanObject } from '../scan-object.js';
import { chatRequestSchema, type ChatRequest } from './request-schema.js';

const MAX_DEPTH = 64;
const BYTES_PER_TOKEN = 4;

/**
 * Reads the facts of a Chat Completions request from its bytes.
 * @throws DialectError 400 that names the field at fault, for anything that is not such a request.
 */
export function readChatFacts(body: Uint8Array): DialectFacts {
  if (!isUtf8(body))
    throw new DialectError(400, 'invalid_encoding', 'The body is not valid UTF-8; send JSON encoded as UTF-8.');
  const members = scanObject(body, MAX_DEPTH);
  const request = parseRequest(body);
  const model = members.get('model');
  const messages = members.get('messages');
  if (!model || !messages) throw new DialectError(400, 'invalid_json', 'The body must be a JSON object.');
  const streamOptions = members.get('stream_options');
  const maxCompletionTokens = request.max_completion_tokens ?? request.max_tokens ?? undefined;
  return {
    dialect: 'openai-chat',
    operation: 'chat',
    model: request.model,
    stream: request.stream === true,
    usageAsked: request.stream_options?.include_usage === true,
    estimatedPromptTokens: Math.ceil((messages[1] - messages[0]) / BYTES_PER_TOKEN),
    ...(maxCompletionTokens === undefined ? {} : { maxCompletionTokens }),
    ...(request.user === undefined || request.user === null ? {} : { endUser: request.user }),
    bodyBytes: body.length,
    spans: streamOptions ? { model, streamOptions } : { model },
  };
}

function parseRequest(body: Uint8Array): ChatRequest {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch (error) {
    const where = /position (\d+)/.exec((error as Error).message)?.[1];
    throw new DialectError(400, 'invalid_json', `The body is not valid JSON${where ? ` (at byte ${where})` : ''}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DialectError(400, 'invalid_json', 'The body must be a JSON object.');
  }
  const result = chatRequestSchema.safeParse(value);
  if (!result.success) throw fieldError(result.error, value);
  return result.data;
}

function fieldError(error: ZodError, body: object): DialectError {
  const issue = error.issues[0];
  const path = (issue?.path ?? [])
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('');
  const param = path.replace(/^\./, '');
  const isMissing = issue !== undefined && isAbsent(body, issue.path);
  return isMissing
    ? new DialectError(400, 'missing_required_parameter', `Missing required parameter: '${param}'.`, param)
    : new DialectError(
        400,
        'invalid_type',
        `Invalid value for '${param}': ${issue?.message ?? 'not understood'}.`,
        param,
      );
}

/** Whether nothing stands at a path that the schema wants something at. */
function isAbsent(body: object, path: readonly PropertyKey[]): boolean {
  let value: unknown = body;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return false;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value === undefined;
}
