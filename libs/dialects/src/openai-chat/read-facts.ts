import { isUtf8 } from 'node:buffer';
import type { DialectFacts } from '../caller-dialect.js';
import { DialectError } from '../dialect-error.js';
import { estimatePromptTokens } from '../estimate-prompt-tokens.js';
import { fieldError } from '../field-error.js';
import { scanObject } from '../scan-object.js';
import { checkRoles } from './check-roles.js';
import { addBodyFacts } from '../body-facts/add-body-facts.js';
import { OWN_MEMBERS } from '../caller-wishes/own-fields.js';
import { chatModalities } from './modalities.js';
import { chatRequestSchema, type ChatRequest } from './request-schema.js';

const MAX_DEPTH = 64;
const CHAT_OWN_MEMBERS = [...OWN_MEMBERS, 'usage'];

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
  const endUser = request.safety_identifier ?? request.user ?? undefined;
  const facts: DialectFacts = {
    dialect: 'openai-chat',
    operation: 'chat',
    model: request.model,
    stream: request.stream === true,
    usageAsked: request.stream_options?.include_usage === true,
    estimatedPromptTokens: estimatePromptTokens(body, [messages]),
    ...(maxCompletionTokens === undefined ? {} : { maxCompletionTokens }),
    ...(endUser === undefined ? {} : { endUser }),
    bodyBytes: body.length,
    spans: streamOptions ? { model, streamOptions } : { model },
  };
  addBodyFacts(facts, { request, members, ownMembers: CHAT_OWN_MEMBERS });
  if (facts.costAsked) facts.usageAsked = true;
  if (request.n && request.n > 1) facts.choices = request.n;
  if (request.response_format?.type === 'json_schema') facts.jsonSchema = true;
  const inputModalities = chatModalities(request.messages);
  if (inputModalities) facts.inputModalities = inputModalities;
  return facts;
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
  checkRoles(result.data.messages);
  return result.data;
}
