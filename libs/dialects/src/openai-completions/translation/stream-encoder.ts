import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { encodeUsage } from '../../openai-chat/translation/encode-usage.js';
import { finishReasonOf } from '../../openai-chat/translation/finish-reason.js';
import type { AnswerContext, StreamEncoder } from '../../translation/translation.js';
import { completionId } from './encode-answer.js';

/** Encodes the text of an answer as `text_completion` events: text, finish, usage, `[DONE]`. */
export class CompletionStreamEncoder implements StreamEncoder {
  private upstreamId: string | undefined;
  private model: string;
  private head: string | undefined;
  private isFinished = false;

  constructor(private readonly context: AnswerContext) {
    this.model = context.model;
  }

  part(part: LanguageModelV4StreamPart): string {
    if (part.type === 'text-delta') return part.delta === '' ? '' : this.event(part.delta, null);
    if (part.type === 'finish') return this.finish(part);
    if (part.type === 'response-metadata') {
      this.upstreamId = part.id ?? this.upstreamId;
      this.model = part.modelId ?? this.model;
    }
    return '';
  }

  /** No end mark follows an answer that has none, so that nobody takes it for a whole one. */
  end(): string {
    return this.isFinished ? 'data: [DONE]\n\n' : '';
  }

  private finish({ finishReason, usage }: Extract<LanguageModelV4StreamPart, { type: 'finish' }>): string {
    const last = this.event('', finishReasonOf(finishReason, false));
    const counted = encodeUsage(usage);
    this.isFinished = true;
    return last + (counted ? `${this.beginning()}"choices":[],"usage":${JSON.stringify(counted)}}\n\n` : '');
  }

  private event(text: string, finishReason: string | null): string {
    const choice = { text, index: 0, logprobs: null, finish_reason: finishReason };
    return `${this.beginning()}"choices":[${JSON.stringify(choice)}]}\n\n`;
  }

  private beginning(): string {
    this.head ??= `data: {"id":${JSON.stringify(completionId(this.upstreamId, this.context))},"object":"text_completion","created":${this.context.createdSeconds},"model":${JSON.stringify(this.model)},`;
    return this.head;
  }
}
