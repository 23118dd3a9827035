import type {
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import type { PartlyCarried } from './request-losses.js';

/** A request in terms of the AI SDK's language models, for providers of another dialect than the caller's. */
export interface TranslatedRequest {
  readonly options: LanguageModelV4CallOptions;
  /** What of the request these terms cannot carry; one sentence each, naming the field. */
  readonly warnings: readonly string[];
  /** What is lost only where a provider's package has no option for it. */
  readonly partly?: readonly PartlyCarried[];
}

/** What an answer is encoded with beside the model's own words. */
export interface AnswerContext {
  readonly requestId: string;
  /** The model as the provider knows it. */
  readonly model: string;
  /** Seconds since the epoch. */
  readonly createdSeconds: number;
  /** Whether the caller of a stream asked for a usage chunk. */
  readonly usageAsked: boolean;
  /** The caller's request as parsed JSON, for what answers repeat of it. */
  readonly request: unknown;
}

/** Turns the parts of one streamed answer into events of the caller's dialect, one after the other. */
export interface StreamEncoder {
  /** The events for a part, ready to be sent; empty where a part has none. */
  part(part: LanguageModelV4StreamPart): string;
  /** What follows the last part: the dialect's end mark. */
  end(): string;
}

/** A dialect's two halves of a translation: its requests into the AI SDK's terms, and answers back. */
export interface Translation {
  /** @throws DialectError 400 for what makes no sense in any terms. */
  readRequest(body: Uint8Array): TranslatedRequest;
  encodeAnswer(result: LanguageModelV4GenerateResult, context: AnswerContext): string;
  streamEncoder(context: AnswerContext): StreamEncoder;
}
