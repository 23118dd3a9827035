import type {
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
  SharedV4Warning,
} from '@ai-sdk/provider';
import type { Dispatcher } from 'undici';
import { batchesOf, type BatchingModel, type PartBatches } from '#libs/dialects';
import { gatheredBody } from '../../provider-http/gathered-body.js';
import { readWhole } from '../../provider-http/read-whole.js';
import { asksPlainly } from './asks-plainly.js';
import { answerOfMessage } from './message-answer.js';
import { MessageEvents } from './message-events.js';
import { PROVIDER, SUPPORTED_URLS, type MessagesConnection } from './messages-connection.js';

/**
 * A model of Anthropic whose requests are made by its AI SDK package, and whose answers are read here: the package's way to the
 * parts of a stream costs several times what all the rest of a call does. Requests whose answers may hold more than text,
 * thoughts and calls of tools are left to the package as a whole. See docs/decisions/0011.
 */
export class MessagesModel implements BatchingModel {
  readonly specificationVersion = 'v4';
  readonly provider = PROVIDER;
  readonly supportedUrls = SUPPORTED_URLS;

  constructor(
    readonly modelId: string,
    private readonly connection: MessagesConnection,
  ) {}

  async doGenerate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const request = await this.connection.prepare(this.modelId, options, false);
    if (!asksPlainly(request, options)) return this.connection.packaged(this.modelId).doGenerate(options);
    const body = await this.connection.post(request, options.abortSignal);
    return { ...answerOfMessage(await readWhole(body)), warnings: request.warnings };
  }

  async doStream(options: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    return this.connection.packaged(this.modelId).doStream(options);
  }

  async streamBatches(options: LanguageModelV4CallOptions): Promise<PartBatches> {
    const request = await this.connection.prepare(this.modelId, options, true);
    if (!asksPlainly(request, options)) return batchesOf((await this.doStream(options)).stream);
    return batchesIn(await this.connection.post(request, options.abortSignal), request.warnings);
  }
}

async function* batchesIn(
  body: Dispatcher.ResponseData['body'],
  warnings: SharedV4Warning[],
): AsyncGenerator<readonly LanguageModelV4StreamPart[], undefined> {
  const events = new MessageEvents();
  try {
    yield [{ type: 'stream-start', warnings }];
    for await (const bytes of gatheredBody(body)) {
      const parts = events.push(bytes);
      if (parts.length > 0) yield parts;
    }
    yield events.end();
  } finally {
    // Of a body that nobody has begun to read, its iterator would let go without a word, and its end is an error.
    body.on('error', () => undefined).destroy();
  }
}
