import type { AnswerSink } from './answer-sink.js';
import type { FunctionCallItem, ItemStatus } from './output-items.js';

/** Writes one function call, its arguments as they come. */
export class FunctionCallWriter {
  private readonly item: FunctionCallItem;
  private readonly index: number;

  constructor(
    private readonly sink: AnswerSink,
    callId: string,
    name: string,
  ) {
    const id = sink.nextId('function_call');
    this.item = { type: 'function_call', id, status: 'in_progress', call_id: callId, name, arguments: '' };
    this.index = sink.add(this.item);
  }

  write(delta: string): void {
    if (delta === '') return;
    this.item.arguments += delta;
    this.sink.emit('response.function_call_arguments.delta', { ...this.place(), delta });
  }

  /** `input` are the whole arguments, where they are known; what was written may lack their end. */
  close(status: ItemStatus, input = this.item.arguments): void {
    if (input.startsWith(this.item.arguments)) this.write(input.slice(this.item.arguments.length));
    this.item.arguments = input;
    this.sink.emit('response.function_call_arguments.done', {
      ...this.place(),
      name: this.item.name,
      arguments: input,
    });
    this.item.status = status;
    this.sink.done(this.index);
  }

  private place(): { item_id: string; output_index: number } {
    return { item_id: this.item.id, output_index: this.index };
  }
}
