import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CliError } from '../cli.error.js';
import { unreadable } from '../file-problems.js';
import { requirePromptEndpoint, tokenBound } from './prompt-body.policy.js';
import { BadLines } from './bad-lines.js';
import { endpointOf, kindOf, toBatchLine, type ConversionRules, type InputKind } from './prompt-line.policy.js';
import { textLines } from './text-lines.js';

const PIECE_CHARACTERS = 64 * 1024;

/** A file of prompts or of ready requests, read as a stream of batch lines. */
export class PromptFile {
  private constructor(
    readonly path: string,
    readonly bytes: number,
    readonly kind: InputKind,
    private readonly rules: ConversionRules,
  ) {}

  /** Throws `CliError` for a file that is missing, empty or not usable, or prompts without a model to send them to. */
  static async open(
    path: string,
    { endpoint, ...given }: Omit<ConversionRules, 'endpoint'> & { readonly endpoint?: string | undefined },
  ): Promise<PromptFile> {
    const details = await stat(path).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    if (!details.isFile()) throw new CliError(`${path} is not a file.`);
    const first = await firstLineOf(path);
    const kind = kindOf(first, given);
    const rules = { ...given, endpoint: endpoint ?? endpointOf(first) };
    if (kind !== 'batch' && rules.model === undefined) {
      throw new CliError(
        'These are prompts: say which model is to answer them, with --model. "GET /v1/models" lists what there is.',
      );
    }
    if (kind !== 'batch') requirePromptEndpoint(rules.endpoint);
    // Said once, and not of each line.
    tokenBound(rules.endpoint, rules.maxTokens);
    return new PromptFile(path, details.size, kind, rules);
  }

  /** The endpoint that its requests are for. */
  get endpoint(): string {
    return this.rules.endpoint;
  }

  /** The batch's input file; `onRead` hears how many bytes of the original have been read. */
  async *batchLines(onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
    let read = 0;
    const count = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
      for await (const piece of source) {
        onRead((read += piece.byteLength));
        yield piece;
      }
    };
    const source = count(createReadStream(this.path));
    yield* this.isSentAsItIs ? source : this.converted(source);
  }

  private get isSentAsItIs(): boolean {
    return this.kind === 'batch' && this.rules.model === undefined && this.rules.maxTokens === undefined;
  }

  private async *converted(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const bad = new BadLines();
    let piece = '';
    for await (const line of textLines(source)) {
      if (line.text.trim() === '') continue;
      const converted = bad.catch(() => toBatchLine(this.kind, line, this.rules));
      // The rest is read for what else is wrong with it, and goes nowhere.
      if (converted === undefined) continue;
      piece += `${converted}\n`;
      if (piece.length < PIECE_CHARACTERS) continue;
      yield Buffer.from(piece);
      piece = '';
    }
    bad.throwIfAny();
    yield Buffer.from(piece);
  }
}

async function firstLineOf(path: string): Promise<string> {
  for await (const { text } of textLines(createReadStream(path))) {
    if (text.trim() !== '') return text;
  }
  throw new CliError(`${path} holds no prompt.`);
}
