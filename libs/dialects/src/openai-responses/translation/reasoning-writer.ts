import type { SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { AnswerSink } from './answer-sink.js';
import { carry } from '../../translation/carried-marks.js';
import { responseMarks } from './response-marks.js';
import type { ReasoningItem } from './output-items.js';

/**
 * Writes one reasoning item: the model's thoughts as its summary, and the marks by which their provider recognizes them as its
 * encrypted content. An item begins with its first word, so that empty thoughts leave none behind.
 */
export class ReasoningWriter {
  private item: ReasoningItem | undefined;
  private index = 0;
  private marks: SharedV4ProviderOptions = {};

  constructor(private readonly sink: AnswerSink) {}

  write(delta: string): void {
    if (delta === '') return;
    const { emit } = this.sink;
    const item = this.item ?? this.open();
    const [part] = item.summary;
    if (part) part.text += delta;
    else {
      item.summary.push({ type: 'summary_text', text: delta });
      emit('response.reasoning_summary_part.added', { ...this.place(item), part: { type: 'summary_text', text: '' } });
    }
    emit('response.reasoning_summary_text.delta', { ...this.place(item), delta });
  }

  learn(metadata: SharedV4ProviderMetadata | undefined): void {
    for (const [provider, members] of Object.entries(responseMarks.marksOf(metadata) ?? {}))
      this.marks[provider] = { ...this.marks[provider], ...members };
  }

  close(): void {
    const hasMarks = Object.keys(this.marks).length > 0;
    if (!this.item && !hasMarks) return;
    const item = this.item ?? this.open();
    const [part] = item.summary;
    if (part) {
      this.sink.emit('response.reasoning_summary_text.done', { ...this.place(item), text: part.text });
      this.sink.emit('response.reasoning_summary_part.done', { ...this.place(item), part });
    }
    if (hasMarks) item.encrypted_content = carry({ options: this.marks });
    this.sink.done(this.index);
  }

  private open(): ReasoningItem {
    const item: ReasoningItem = { type: 'reasoning', id: this.sink.nextId('reasoning'), summary: [] };
    this.item = item;
    this.index = this.sink.add(item);
    return item;
  }

  private place({ id }: ReasoningItem): { item_id: string; output_index: number; summary_index: number } {
    return { item_id: id, output_index: this.index, summary_index: 0 };
  }
}
