import type { DialectFacts } from '../caller-dialect.js';
import { DialectError } from '../dialect-error.js';
import { estimatePromptTokens } from '../estimate-prompt-tokens.js';
import { readJsonRequest } from '../json-operation/read-json-request.js';
import { checkRoles } from './check-roles.js';
import { addBodyFacts } from '../body-facts/add-body-facts.js';
import { OWN_MEMBERS } from '../caller-wishes/own-fields.js';
import { chatPieces } from './modalities.js';
import { chatRequestSchema } from './request-schema.js';

const CHAT_OWN_MEMBERS = [...OWN_MEMBERS, 'usage'];

/**
 * Reads the facts of a Chat Completions request from its bytes.
 * @throws DialectError 400 that names the field at fault, for anything that is not such a request.
 */
export function readChatFacts(body: Uint8Array): DialectFacts {
  const { request, members } = readJsonRequest(body, chatRequestSchema);
  checkRoles(request.messages);
  const model = members.get('model');
  const messages = members.get('messages');
  if (!model || !messages) throw new DialectError(400, 'invalid_json', 'The body must be a JSON object.');
  const streamOptions = members.get('stream_options');
  const maxCompletionTokens = request.max_completion_tokens ?? request.max_tokens ?? undefined;
  const endUser = request.safety_identifier ?? request.user ?? undefined;
  const pieces = chatPieces(request.messages);
  const facts: DialectFacts = {
    dialect: 'openai-chat',
    operation: 'chat',
    model: request.model,
    stream: request.stream === true,
    usageAsked: request.stream_options?.include_usage === true,
    estimatedPromptTokens: estimatePromptTokens(body, [messages], pieces?.count),
    ...(maxCompletionTokens === undefined ? {} : { maxCompletionTokens }),
    ...(endUser === undefined ? {} : { endUser }),
    bodyBytes: body.length,
    spans: streamOptions ? { model, streamOptions } : { model },
  };
  addBodyFacts(facts, { request, members, ownMembers: CHAT_OWN_MEMBERS });
  if (facts.costAsked) facts.usageAsked = true;
  if (request.n && request.n > 1) facts.choices = request.n;
  if (request.response_format?.type === 'json_schema') facts.jsonSchema = true;
  if (pieces) facts.inputModalities = pieces.modalities;
  return facts;
}
