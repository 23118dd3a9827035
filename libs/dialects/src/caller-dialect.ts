import type { Facts, ErrorClass, Usage } from '#libs/contracts';
import type { PromptText } from './body-facts/prompt-text.js';
import type { StreamContinuation } from './continuation/stream-continuation.js';
import type { Translation } from './translation/translation.js';

/** What a body says of itself; `Facts` add whose it is and when it came. */
export type DialectFacts = Pick<
  Facts,
  'dialect' | 'operation' | 'model' | 'stream' | 'usageAsked' | 'estimatedPromptTokens' | 'bodyBytes' | 'spans'
> &
  Partial<
    Pick<
      Facts,
      | 'units'
      | 'passedHeaders'
      | 'longestPromptTokens'
      | 'maxCompletionTokens'
      | 'choices'
      | 'image'
      | 'endUser'
      | 'contentType'
      | 'ownMembers'
      | 'costAsked'
      | 'usesTools'
      | 'mostWebSearches'
      | 'jsonSchema'
      | 'inputModalities'
      | 'metadata'
      | 'tags'
      | 'session'
      | 'deadline'
      | 'wishes'
    >
  >;

/** What an error tells a caller, before it takes a dialect's form. */
export interface CallerError {
  status: number;
  code: string;
  message: string;
  param?: string | null;
}

/** What a plain answer says of itself. */
export interface AnswerFacts {
  upstreamId?: string;
  finishReason?: string;
  usage?: Usage;
  /** Characters of text in the answer, for an estimate where the provider reports no usage. */
  characters: number;
}

/** What has been learnt of a streamed answer so far. */
export interface StreamFacts {
  upstreamId?: string;
  finishReason?: string;
  usage?: Usage;
  /** What the provider told of the prompt before the end, for a stream that is cut. */
  promptUsage?: Omit<Usage, 'completionTokens'>;
  /** Events that carried text or a tool call; about one token each, for an estimate where no usage came. */
  tokenEvents: number;
  /** The end mark of the dialect has passed: the answer is whole. */
  isDone: boolean;
}

/**
 * Follows a streamed answer of the dialect as it is relayed. `push` takes the next bytes and returns those that may go on:
 * whole events only, unchanged. Both throw `DialectStreamError` for an error event, rubbish, or an end without end mark.
 */
export interface AnswerStreamReader {
  readonly facts: StreamFacts;
  push(bytes: Uint8Array): Buffer;
  end(): void;
}

/** A stream that cannot be taken for a whole answer, and why. */
export class DialectStreamError extends Error {
  constructor(
    readonly errorClass: ErrorClass,
    message: string,
    /** What the provider says it used although there is no answer to go on. */
    readonly usage?: Usage,
  ) {
    super(message);
    this.name = 'DialectStreamError';
  }
}

/** What callers speak: how a request is read, and what answers and errors look like. */
export interface CallerDialect {
  readonly name: string;
  /**
   * Reads the facts of a request. `contentType` is that of the HTTP request.
   * @throws DialectError 400 that names the field at fault.
   */
  readFacts(body: Uint8Array, contentType?: string): DialectFacts;
  /**
   * The body as it goes to a provider of the same dialect: the model's name replaced, and what the bill depends on asked for;
   * all other bytes as they came.
   */
  providerBody(body: Uint8Array, facts: Pick<Facts, 'spans' | 'stream' | 'ownMembers'>, model: string): Uint8Array;
  /**
   * The words of an accepted request that its task, language and difficulty are told by. It parses the body again, so it is called
   * where a policy asks for these only; absent where a request has no such words.
   */
  promptText?(body: Uint8Array): PromptText;
  /** Reads a plain answer; undefined for bytes that are no such answer, whatever the status said. */
  readAnswer(body: Uint8Array, contentType: string): AnswerFacts | undefined;
  /** Absent where the dialect has no streams. */
  streamReader?(facts: Pick<Facts, 'usageAsked'>): AnswerStreamReader;
  /** Goes on with streamed answers that broke off; absent where the dialect's cannot be gone on with. */
  continuation?(facts: Pick<Facts, 'usageAsked'>): StreamContinuation;
  encodeError(error: CallerError): string;
  /** An error within a stream, as a whole event. No end mark follows it. */
  encodeStreamError?(error: CallerError): string;
  /**
   * The answer of this side to what providers of other dialects have no address for; absent where only a provider can answer.
   */
  ownAnswer?(facts: Pick<Facts, 'estimatedPromptTokens'>): string;
  /** The fields a request may have, where unknown ones are refused; absent where they are not told apart. */
  readonly knownFields?: ReadonlySet<string>;
  /** Headers of callers, in lower case, that a provider of the same dialect is to get as they came; absent where there are none. */
  readonly passedHeaders?: readonly string[];
  /** The event by which a stream that is silent shows that it goes on; a comment where it is absent. */
  readonly keepAlive?: string;
  /** The header in which clients of the dialect look for the request id, where that is not `x-request-id`. */
  readonly requestIdHeader?: string;
  /** The way to providers of other dialects; absent where there is none. */
  readonly translation?: Translation;
}
