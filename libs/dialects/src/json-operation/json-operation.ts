import type { Operation } from '#libs/contracts';
import type { ZodType } from 'zod';
import type { AnswerFacts, CallerDialect, DialectFacts } from '../caller-dialect.js';
import { DialectError } from '../dialect-error.js';
import { encodeChatError } from '../openai-chat/encode-error.js';
import { readJsonRequest, type JsonRequest } from './read-json-request.js';
import { replaceModel } from './replace-model.js';

/** The fields that every such request may have. */
interface CommonFields {
  readonly model?: string | null | undefined;
  readonly stream?: unknown;
  readonly user?: string | null | undefined;
}

/** What tells one operation from another. */
export interface JsonOperation<Request extends CommonFields> {
  readonly name: string;
  readonly operation: Operation;
  readonly schema: ZodType<Request>;
  /** The model of a request that names none; without it, the schema must demand one. */
  readonly defaultModel?: string;
  /** Estimated before the call; what an answer without usage is billed by. */
  estimateTokens(read: JsonRequest<Request>): number;
  /** What of a request is charged by other units than tokens; absent where there are none. */
  unitsOf?(request: Request): NonNullable<DialectFacts['units']>;
  /** How many results a request asks for; absent where there is one of each. */
  choicesOf?(request: Request): number;
  /** Which images a request asks for; absent where it asks for none. */
  imageOf?(request: Request): DialectFacts['image'];
  readAnswer(body: Uint8Array, contentType: string): AnswerFacts | undefined;
}

const OPEN_BRACE = 0x7b;

/** The dialect of an operation with a JSON body, one whole answer and errors in OpenAI's form. Streams are refused. */
export function defineJsonOperation<Request extends CommonFields>(
  definition: JsonOperation<Request>,
): Omit<CallerDialect, 'streamReader' | 'encodeStreamError'> {
  return {
    name: definition.name,
    readFacts: (body) => readFacts(body, definition),
    providerBody: replaceModel,
    readAnswer: (body, contentType) => definition.readAnswer(body, contentType),
    encodeError: encodeChatError,
  };
}

function readFacts<Request extends CommonFields>(body: Uint8Array, definition: JsonOperation<Request>): DialectFacts {
  const read = readJsonRequest(body, definition.schema);
  const { request, members } = read;
  if (request.stream !== undefined && request.stream !== null && request.stream !== false) {
    throw new DialectError(
      400,
      'unsupported_parameter',
      "'stream' is not supported for this address; leave it out and take the whole answer.",
      'stream',
    );
  }
  const model = request.model ?? definition.defaultModel ?? '';
  const choices = definition.choicesOf?.(request) ?? 1;
  const image = definition.imageOf?.(request);
  // A member `model` of null is replaced; where there is none, an empty span says where one may be put.
  const afterBrace = body.indexOf(OPEN_BRACE) + 1;
  return {
    dialect: definition.name,
    operation: definition.operation,
    model,
    stream: false,
    usageAsked: false,
    estimatedPromptTokens: definition.estimateTokens(read),
    ...(definition.unitsOf ? { units: definition.unitsOf(request) } : {}),
    ...(choices > 1 ? { choices } : {}),
    ...(image ? { image } : {}),
    ...(request.user === undefined || request.user === null ? {} : { endUser: request.user }),
    bodyBytes: body.length,
    spans: { model: members.get('model') ?? [afterBrace, afterBrace] },
  };
}
