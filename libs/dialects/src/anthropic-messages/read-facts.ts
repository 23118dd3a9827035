import type { ByteSpan } from '#libs/contracts';
import type { DialectFacts } from '../caller-dialect.js';
import { addBodyFacts } from '../body-facts/add-body-facts.js';
import { DialectError } from '../dialect-error.js';
import { estimatePromptTokens } from '../estimate-prompt-tokens.js';
import { readJsonRequest } from '../json-operation/read-json-request.js';
import { messagesPieces } from './modalities.js';
import { countTokensRequestSchema, messagesRequestSchema, type CountTokensRequest } from './request-schema.js';

/** What the model reads. */
const PROMPT_MEMBERS = ['system', 'messages', 'tools'] as const;

/**
 * Reads the facts of a Messages request from its bytes. Usage is always told in this dialect.
 * @throws DialectError 400 that names the field at fault, for anything that is not such a request.
 */
export function readMessagesFacts(body: Uint8Array): DialectFacts {
  const { request, members } = readJsonRequest(body, messagesRequestSchema);
  const endUser = request.metadata?.user_id;
  const facts: DialectFacts = {
    dialect: 'anthropic-messages',
    operation: 'chat',
    model: request.model,
    stream: request.stream === true,
    usageAsked: true,
    maxCompletionTokens: request.max_tokens,
    ...(typeof endUser === 'string' ? { endUser } : {}),
    ...measured(body, request, members),
  };
  addAsked(facts, request, members);
  return facts;
}

/**
 * Reads the facts of a request to count tokens.
 * @throws DialectError 400 that names the field at fault, for anything that is not such a request.
 */
export function readCountTokensFacts(body: Uint8Array): DialectFacts {
  const { request, members } = readJsonRequest(body, countTokensRequestSchema);
  const facts: DialectFacts = {
    dialect: 'anthropic-count-tokens',
    operation: 'count_tokens',
    model: request.model,
    stream: false,
    usageAsked: true,
    ...measured(body, request, members),
  };
  addAsked(facts, request, members);
  return facts;
}

function addAsked(facts: DialectFacts, request: CountTokensRequest, members: ReadonlyMap<string, ByteSpan>): void {
  addBodyFacts(facts, { request, members, endUserIn: 'user_id' });
  if (request.output_config?.format?.type === 'json_schema') facts.jsonSchema = true;
}

function measured(
  body: Uint8Array,
  { messages }: Pick<CountTokensRequest, 'messages'>,
  members: ReadonlyMap<string, ByteSpan>,
): Pick<DialectFacts, 'estimatedPromptTokens' | 'inputModalities' | 'bodyBytes' | 'spans'> {
  const model = members.get('model');
  if (!model) throw new DialectError(400, 'invalid_json', 'The body must be a JSON object.');
  const pieces = messagesPieces(messages);
  return {
    ...(pieces ? { inputModalities: pieces.modalities } : {}),
    estimatedPromptTokens: estimatePromptTokens(
      body,
      PROMPT_MEMBERS.map((name) => members.get(name)),
      pieces?.count,
    ),
    bodyBytes: body.length,
    spans: { model },
  };
}
