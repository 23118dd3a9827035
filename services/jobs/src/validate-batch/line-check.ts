import type { BatchError, BatchErrors } from '../keep-batch/batch.js';
import type { LinePlace } from './batch-line.repository.js';
import { embeddingInputs } from './embedding-inputs.policy.js';
import { LineError } from './line-error.js';
import type { FileLine } from './line-reader.js';
import { readBatchLine } from './read-batch-line.js';

const SHOWN_CHARACTERS = 100;
const MOST_MESSAGE_CHARACTERS = 400;

/** What a line is held against. */
export interface LineRules {
  readonly endpoint: string;
  readonly limits: {
    readonly customIdCharacters: number;
    readonly lineBytes: number;
    readonly linesPerBatch: number;
    readonly errorsPerBatch: number;
    readonly embeddingInputsPerBatch: number;
  };
  readonly modelExists: (model: string) => boolean;
}

/**
 * Checks the lines of one input file in their order: each for itself, and all for unique names, their number, and blank lines
 * between them. Holds the names of the lines read so far and the errors found.
 */
export class LineCheck {
  private readonly found: BatchError[] = [];
  private readonly lineOfName = new Map<string, number>();
  private readonly models = new Set<string>();
  private firstBlankLine: number | undefined;
  private blankLines = 0;
  private requests = 0;
  private inputs = 0;

  constructor(private readonly rules: LineRules) {}

  get errors(): BatchErrors {
    return this.found;
  }

  /** No further line could change what happens to the batch. */
  get isOver(): boolean {
    const { errorsPerBatch, linesPerBatch } = this.rules.limits;
    return this.found.length >= errorsPerBatch || this.requests > linesPerBatch || this.blankLines > linesPerBatch;
  }

  get totalLines(): number {
    return this.requests;
  }

  /** The model of every line, or null where they differ. */
  get model(): string | null {
    const [only] = this.models;
    return this.models.size === 1 && only !== undefined ? only : null;
  }

  /** The line's place if it is good and every line before it was; otherwise what is wrong is among the errors. */
  accept(line: FileLine): LinePlace | undefined {
    if (line.bytes && isBlank(line.bytes)) {
      this.acceptBlank(line.line);
      return undefined;
    }
    try {
      const customId = this.check(line);
      if (this.found.length > 0) return undefined;
      return { line: line.line, customId, byteOffset: line.offset, byteLength: line.length };
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.report(error, line.line);
      return undefined;
    }
  }

  /** To be called after the last line. */
  finish(): void {
    if (this.requests === 0 && this.found.length === 0) {
      this.found.push({ code: 'empty_file', line: null, message: 'The input file holds no request.', param: null });
    }
  }

  /** Blank lines at the end are nothing, but a file of nothing else is not read for minutes. */
  private acceptBlank(line: number): void {
    const { linesPerBatch } = this.rules.limits;
    this.firstBlankLine ??= line;
    this.blankLines += 1;
    if (this.blankLines <= linesPerBatch) return;
    const words = `From this line on more than ${linesPerBatch} lines are blank; leave them out.`;
    this.report(new LineError('empty_line', words), this.firstBlankLine);
  }

  private check(line: FileLine): string {
    const { endpoint, limits, modelExists } = this.rules;
    if (this.firstBlankLine !== undefined) {
      this.report(
        new LineError('empty_line', 'This line is blank; blank lines may only follow the last request.'),
        this.firstBlankLine,
      );
      this.firstBlankLine = undefined;
    }
    this.requests += 1;
    if (this.requests > limits.linesPerBatch) {
      throw new LineError(
        'too_many_requests_in_batch',
        `A batch holds at most ${limits.linesPerBatch} requests; split the file.`,
      );
    }
    if (!line.bytes) {
      throw new LineError('line_too_long', `This line has ${line.length} bytes; at most ${limits.lineBytes} are read.`);
    }
    const { customId, facts, body } = readBatchLine(line.bytes, {
      endpoint,
      customIdCharacters: limits.customIdCharacters,
    });
    const earlier = this.lineOfName.get(customId);
    if (earlier !== undefined) {
      throw new LineError(
        'duplicate_custom_id',
        `The custom_id '${customId.slice(0, SHOWN_CHARACTERS)}' was used on line ${earlier} already.`,
        'custom_id',
      );
    }
    this.lineOfName.set(customId, line.line);
    if (!modelExists(facts.model)) {
      throw new LineError('model_not_found', `The model '${facts.model.slice(0, 200)}' does not exist.`, 'body.model');
    }
    if (this.models.size < 2) this.models.add(facts.model);
    if (facts.operation === 'embeddings') this.countInputs(body);
    return customId;
  }

  /** Told once, for the line that goes beyond the limit. */
  private countInputs(body: Uint8Array): void {
    const { embeddingInputsPerBatch: most } = this.rules.limits;
    const before = this.inputs;
    this.inputs += embeddingInputs(body);
    if (before > most || this.inputs <= most) return;
    throw new LineError(
      'too_many_embedding_inputs_in_batch',
      `A batch holds at most ${most} inputs to embed in all its lines together; split the file.`,
      'body.input',
    );
  }

  private report(error: LineError, line: number): void {
    this.found.push({
      code: error.code,
      line,
      // A list of batches shows all of them, and has to fit into one message.
      message: error.message.slice(0, MOST_MESSAGE_CHARACTERS).toWellFormed().replaceAll('\0', ''),
      param: error.param,
    });
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09);
}
