import type { LanguageModelV4Citation, LanguageModelV4Source } from '@ai-sdk/provider';
import type { AnswerSink } from './answer-sink.js';
import type { Annotation, ItemStatus, MessageItem, OutputText } from './output-items.js';

/** Writes one message item: texts one after the other, with the sources they rest on. */
export class MessageWriter {
  private readonly item: MessageItem;
  private readonly index: number;
  private text: OutputText | undefined;
  private textId: string | undefined;

  constructor(private readonly sink: AnswerSink) {
    this.item = { type: 'message', id: sink.nextId('message'), status: 'in_progress', role: 'assistant', content: [] };
    this.index = sink.add(this.item);
  }

  /** A piece of the text `id`; another id than before begins the next text. */
  write(id: string, delta: string): void {
    if (id !== this.textId) this.closeText();
    const text = this.text ?? this.openText(id);
    text.text += delta;
    this.sink.emit('response.output_text.delta', { ...this.place(), delta, logprobs: [] });
  }

  /** The text so far rests on a source; nothing happens where there is no text yet, or the source is known. */
  annotate({ source, startIndex, endIndex }: LanguageModelV4Citation): void {
    const { text } = this;
    if (!text) return;
    const annotation = annotationOf(source, { startIndex, endIndex });
    if (text.annotations.some((known) => isSame(known, annotation))) return;
    const annotationIndex = text.annotations.push(annotation) - 1;
    this.sink.emit('response.output_text.annotation.added', {
      ...this.place(),
      annotation_index: annotationIndex,
      annotation,
    });
  }

  close(status: ItemStatus): void {
    this.closeText();
    this.item.status = status;
    this.sink.done(this.index);
  }

  private openText(id: string): OutputText {
    const text: OutputText = { type: 'output_text', text: '', annotations: [], logprobs: [] };
    this.text = text;
    this.textId = id;
    this.item.content.push(text);
    this.sink.emit('response.content_part.added', { ...this.place(), part: text });
    return text;
  }

  private closeText(): void {
    const { text } = this;
    if (!text) return;
    this.sink.emit('response.output_text.done', { ...this.place(), text: text.text, logprobs: [] });
    this.sink.emit('response.content_part.done', { ...this.place(), part: text });
    this.text = undefined;
    this.textId = undefined;
  }

  private place(): { item_id: string; output_index: number; content_index: number } {
    return { item_id: this.item.id, output_index: this.index, content_index: this.item.content.length - 1 };
  }
}

function annotationOf(
  source: LanguageModelV4Source,
  { startIndex = 0, endIndex = 0 }: { startIndex: number | undefined; endIndex: number | undefined },
): Annotation {
  if (source.sourceType === 'document')
    return { type: 'file_citation', file_id: source.id, filename: source.filename ?? source.title, index: endIndex };
  const { url, title = url } = source;
  return { type: 'url_citation', start_index: startIndex, end_index: endIndex, title, url };
}

function isSame(left: Annotation, right: Annotation): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
