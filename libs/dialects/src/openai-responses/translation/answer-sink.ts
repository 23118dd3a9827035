import { createHash } from 'node:crypto';
import type { OutputItem } from './output-items.js';

/** An event as OpenAI names it, with its fields. */
export type Emit = (type: string, fields: Readonly<Record<string, unknown>>) => void;

const PREFIX: Readonly<Record<OutputItem['type'], string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  image_generation_call: 'ig',
};

/** The part of a request id that every id of its response is made of: 32 hex digits. */
export function tokenOf(requestId: string): string {
  return (
    /^req_([0-9a-f]{32})$/.exec(requestId)?.[1] ?? createHash('sha256').update(requestId).digest('hex').slice(0, 32)
  );
}

/** Where the items of one answer go, in the order in which they begin, and the events that tell of them. */
export class AnswerSink {
  readonly output: OutputItem[] = [];

  constructor(
    private readonly requestId: string,
    readonly emit: Emit,
  ) {}

  /** The id of the item that comes next. */
  nextId(type: OutputItem['type']): string {
    const index = this.output.length.toString(16).padStart(4, '0');
    return `${PREFIX[type]}_${tokenOf(this.requestId)}${index}`;
  }

  /** Begins an item; gives its place in the output. */
  add(item: OutputItem): number {
    const index = this.output.push(item) - 1;
    this.emit('response.output_item.added', { output_index: index, item });
    return index;
  }

  done(index: number): void {
    this.emit('response.output_item.done', { output_index: index, item: this.output[index] });
  }
}
