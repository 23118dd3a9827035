import type { LanguageModelV4StreamPart, SharedV4ProviderMetadata } from '@ai-sdk/provider';
import { wireProbabilities } from '../../translation/token-probabilities.js';
import type { AnswerContext, StreamEncoder } from '../../translation/translation.js';
import { Annotations } from './annotations.js';
import { answerId } from './encode-answer.js';
import { encodeImage } from './encode-image.js';
import { encodeUsage } from './encode-usage.js';
import { finishReasonOf } from './finish-reason.js';
import { signedReasoning, signedText } from './signed-reasoning.js';
import { ToolCallDeltas } from './tool-call-deltas.js';

type Part<Type extends LanguageModelV4StreamPart['type']> = Extract<LanguageModelV4StreamPart, { type: Type }>;

/** A text, or a piece of reasoning, that has begun and not ended. */
interface OpenText {
  readonly start: number;
  text: string;
  metadata: SharedV4ProviderMetadata | undefined;
}

/** What a chunk tells beside its delta. */
interface AboutChunk {
  readonly finishReason?: string;
  readonly metadata?: SharedV4ProviderMetadata | undefined;
}

/** Encodes the parts of an answer as `chat.completion.chunk` events: role, deltas, finish, usage, `[DONE]`. */
export class ChatStreamEncoder implements StreamEncoder {
  private upstreamId: string | undefined;
  private model: string;
  /** What every chunk begins with, fixed by the first one: chunks of an answer share their id. */
  private head: string | undefined;
  private readonly open = new Map<string, OpenText>();
  private readonly calls = new ToolCallDeltas();
  private readonly sources = new Annotations();
  private characters = 0;
  private isFinished = false;

  constructor(private readonly context: AnswerContext) {
    this.model = context.model;
  }

  part(part: LanguageModelV4StreamPart): string {
    switch (part.type) {
      case 'response-metadata':
        this.upstreamId = part.id ?? this.upstreamId;
        this.model = part.modelId ?? this.model;
        return '';
      case 'text-start':
      case 'text-delta':
      case 'text-end':
        return this.text(part);
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end':
        return this.reasoning(part);
      case 'tool-input-start':
        return this.callDeltas(this.calls.start(part));
      case 'tool-input-delta':
        return this.callDeltas(this.calls.input(part));
      case 'tool-call':
        return this.callDeltas(this.calls.complete(part));
      case 'source':
        this.sources.add(part);
        return '';
      case 'file': {
        const image = encodeImage(part);
        return image ? this.chunk({ images: [image] }) : '';
      }
      case 'finish':
        return this.finish(part);
      // What a provider did by itself on the way to its answer has no place in this dialect.
      case 'tool-result':
      case 'tool-approval-request':
      case 'reasoning-file':
      case 'custom':
      case 'tool-input-end':
      case 'stream-start':
      case 'ping':
      case 'raw':
      case 'error':
        break;
    }
    return '';
  }

  /** No end mark follows an answer that has none, so that nobody takes it for a whole one. */
  end(): string {
    return this.isFinished ? 'data: [DONE]\n\n' : '';
  }

  private text(part: Part<'text-start' | 'text-delta' | 'text-end'>): string {
    const text = this.opened(`text ${part.id}`, part.providerMetadata);
    if (part.type === 'text-delta') {
      text.text += part.delta;
      this.characters += part.delta.length;
      return part.delta === '' ? '' : this.word('content', part.delta, part.providerMetadata);
    }
    if (part.type === 'text-start') return '';
    this.open.delete(`text ${part.id}`);
    const annotations = this.sources.cite(part.citations ?? [], { start: text.start, length: text.text.length });
    const detail = signedText(text.metadata);
    return (
      (annotations.length > 0 ? this.chunk({ annotations }) : '') +
      (detail ? this.chunk({ reasoning_details: [detail] }) : '')
    );
  }

  private reasoning(part: Part<'reasoning-start' | 'reasoning-delta' | 'reasoning-end'>): string {
    const reasoning = this.opened(`reasoning ${part.id}`, part.providerMetadata);
    if (part.type === 'reasoning-delta') {
      reasoning.text += part.delta;
      return part.delta === '' ? '' : this.word('reasoning_content', part.delta);
    }
    if (part.type === 'reasoning-start') return '';
    this.open.delete(`reasoning ${part.id}`);
    const detail = signedReasoning(reasoning.text, reasoning.metadata);
    return detail ? this.chunk({ reasoning_details: [detail] }) : '';
  }

  /** Signatures may come with the beginning, a delta or the end. */
  private opened(key: string, metadata: SharedV4ProviderMetadata | undefined): OpenText {
    let text = this.open.get(key);
    if (!text) {
      text = { start: this.characters, text: '', metadata: undefined };
      this.open.set(key, text);
    }
    if (metadata && (signedReasoning('', metadata) ?? !text.metadata)) text.metadata = metadata;
    return text;
  }

  private callDeltas(deltas: readonly object[]): string {
    return deltas.length === 0 ? '' : this.chunk({ tool_calls: deltas });
  }

  private finish({ finishReason, usage, providerMetadata }: Part<'finish'>): string {
    const reason = finishReasonOf(finishReason, this.calls.any);
    const annotations = this.sources.uncited();
    const counted = encodeUsage(usage);
    this.isFinished = true;
    return (
      (annotations.length > 0 ? this.chunk({ annotations }) : '') +
      this.chunk({}, { finishReason: reason, metadata: providerMetadata }) +
      (counted ? `${this.beginning()}"choices":[],"usage":${JSON.stringify(counted)}}\n\n` : '')
    );
  }

  private chunk(delta: object, about?: AboutChunk): string {
    return this.role() + this.event(JSON.stringify(delta), about);
  }

  /** What nearly every chunk is: a piece of text, and nothing else that would have to be made into JSON. */
  private word(field: 'content' | 'reasoning_content', text: string, metadata?: SharedV4ProviderMetadata): string {
    return this.role() + this.event(`{"${field}":${JSON.stringify(text)}}`, metadata && { metadata });
  }

  private role(): string {
    if (this.head !== undefined) return '';
    return this.event('{"role":"assistant","content":"","refusal":null}');
  }

  private event(delta: string, { finishReason, metadata }: AboutChunk = {}): string {
    const reason = finishReason === undefined ? 'null' : `"${finishReason}"`;
    const logprobs = metadata === undefined ? 'null' : JSON.stringify(wireProbabilities(metadata));
    return `${this.beginning()}"choices":[{"index":0,"delta":${delta},"logprobs":${logprobs},"finish_reason":${reason}}]}\n\n`;
  }

  private beginning(): string {
    this.head ??= `data: {"id":${JSON.stringify(answerId(this.upstreamId, this.context))},"object":"chat.completion.chunk","created":${this.context.createdSeconds},"model":${JSON.stringify(this.model)},`;
    return this.head;
  }
}
