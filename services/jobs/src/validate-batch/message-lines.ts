import type { BatchErrors } from '../keep-batch/batch.js';
import type { LinePlace } from './batch-line.repository.js';
import type { FileLine } from './line-reader.js';
import { readMessageLine } from './read-message-line.js';

/**
 * Lists the lines of a batch of messages. Its input was written here, of requests whose names and outer form were checked when
 * they came; what is wrong within one of them is no reason to refuse the others, and is its own result in the end.
 */
export class MessageLines {
  readonly errors: BatchErrors = [];
  readonly isOver = false;
  /** Requests name their own models; which they are is not looked at here. */
  readonly model = null;
  totalLines = 0;

  accept({ line, offset, length, bytes }: FileLine): LinePlace {
    if (!bytes)
      throw new Error(`Line ${line} of a batch of messages has ${length} bytes; was the limit of lines lowered?`);
    this.totalLines += 1;
    return { line, customId: readMessageLine(bytes).customId, byteOffset: offset, byteLength: length };
  }

  finish(): void {}
}
