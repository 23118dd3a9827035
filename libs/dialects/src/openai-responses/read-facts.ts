import type { DialectFacts } from '../caller-dialect.js';
import { addBodyFacts } from '../body-facts/add-body-facts.js';
import { DialectError } from '../dialect-error.js';
import { estimatePromptTokens } from '../estimate-prompt-tokens.js';
import { readJsonRequest } from '../json-operation/read-json-request.js';
import { responsesPieces } from './modalities.js';
import { responsesRequestSchema, type ResponsesRequest } from './request-schema.js';

/** What the model reads. */
const PROMPT_MEMBERS = ['input', 'instructions', 'tools'] as const;

/**
 * Reads the facts of a Responses request from its bytes. What refers to stored state must have been put in its place before
 * (`expandInput`); left in, it is refused, since the model would silently miss what it stands for.
 * @throws DialectError 400 that names the field at fault.
 */
export function readResponsesFacts(body: Uint8Array): DialectFacts {
  const { request, members } = readJsonRequest(body, responsesRequestSchema);
  const model = members.get('model');
  if (!model) throw new DialectError(400, 'invalid_json', 'The body must be a JSON object.');
  refuseUnsupported(request);
  const maxCompletionTokens = request.max_output_tokens ?? undefined;
  const endUser = request.safety_identifier ?? request.user ?? undefined;
  const pieces = responsesPieces(request.input);
  const facts: DialectFacts = {
    dialect: 'openai-responses',
    operation: 'chat',
    model: request.model,
    stream: request.stream === true,
    usageAsked: true,
    estimatedPromptTokens: estimatePromptTokens(
      body,
      PROMPT_MEMBERS.map((name) => members.get(name)),
      pieces?.count,
    ),
    ...(maxCompletionTokens === undefined ? {} : { maxCompletionTokens }),
    ...(endUser === undefined ? {} : { endUser }),
    bodyBytes: body.length,
    spans: { model },
  };
  addBodyFacts(facts, { request, members });
  if (request.text?.format?.type === 'json_schema') facts.jsonSchema = true;
  if (pieces) facts.inputModalities = pieces.modalities;
  return facts;
}

function refuseUnsupported(request: ResponsesRequest): void {
  if (request.background === true)
    throw unsupported('background', "A request within another cannot run in the background; leave out 'background'.");
  if (request.conversation !== undefined && request.conversation !== null)
    throw unsupported('conversation', "Conversations are not kept here; use 'previous_response_id' instead.");
  if (typeof request.previous_response_id === 'string')
    throw unsupported('previous_response_id', 'Stored responses cannot be continued here; send all items as input.');
  if (Array.isArray(request.input) && request.input.some(({ type }) => type === 'item_reference'))
    throw unsupported('input', 'Stored items cannot be referred to here; send the items themselves.');
}

function unsupported(param: string, message: string): DialectError {
  return new DialectError(400, 'unsupported_parameter', message, param);
}
