import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { AnswerContext, StreamEncoder } from '../../translation/translation.js';
import { AnswerSink } from './answer-sink.js';
import { AnswerWriter } from './answer-writer.js';
import { beginningResponse, endedResponse, type ResponseObject } from './response-object.js';

type Finish = Extract<LanguageModelV4StreamPart, { type: 'finish' }>;

/** Encodes one streamed answer in OpenAI's events, numbered, from `response.created` to the event that holds the whole response. */
export class ResponsesStreamEncoder implements StreamEncoder {
  private readonly response: ResponseObject;
  private readonly sink: AnswerSink;
  private readonly writer: AnswerWriter;
  private finish: Finish | undefined;
  private events = '';
  private sequence = 0;

  constructor(context: AnswerContext) {
    this.response = beginningResponse(context);
    this.sink = new AnswerSink(context.requestId, (type, fields) => this.emit(type, fields));
    this.writer = new AnswerWriter(this.sink);
  }

  part(part: LanguageModelV4StreamPart): string {
    this.begin();
    if (part.type === 'finish') this.finish = part;
    else this.writer.part(part);
    return this.taken();
  }

  /** Without a finish there is no end mark either: the answer was cut, and must not look whole. */
  end(): string {
    if (!this.finish) return '';
    const response = endedResponse(this.response, this.sink.output, this.finish);
    this.writer.close(response.status === 'completed' ? 'completed' : 'incomplete');
    this.emit(`response.${response.status}`, { response });
    return this.taken();
  }

  private begin(): void {
    if (this.sequence > 0) return;
    this.emit('response.created', { response: this.response });
    this.emit('response.in_progress', { response: this.response });
  }

  private emit(type: string, fields: Readonly<Record<string, unknown>>): void {
    const data = JSON.stringify({ type, sequence_number: this.sequence++, ...fields });
    this.events += `event: ${type}\ndata: ${data}\n\n`;
  }

  private taken(): string {
    const { events } = this;
    this.events = '';
    return events;
  }
}
