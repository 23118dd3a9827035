import { AnthropicMessagesLanguageModel } from '@ai-sdk/anthropic/internal';
import { APICallError, type LanguageModelV4, type LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { Agent, Dispatcher } from 'undici';
import { classifyAnthropicError, type ClassifiedError } from '#libs/dialects';
import { noticeHeaders } from '../../provider-http/answer-headers.js';
import { answerOf } from '../../provider-http/answer-of.js';
import { connectionFailure } from '../../provider-http/connection-failure.js';
import { fetchThrough } from '../../provider-http/fetch-through.js';
import { mendModel } from '../../provider-http/mend-model.js';
import { readWhole } from '../../provider-http/read-whole.js';
import type { PreparedRequest } from './asks-plainly.js';
import { translatedRequestOf, type AnthropicEndpoint } from './request.js';

type ModelConfig = ConstructorParameters<typeof AnthropicMessagesLanguageModel>[1];

/** What models of Anthropic are called by where it is asked who carries what. */
export const PROVIDER = 'anthropic.messages';
/** What Anthropic fetches by itself. */
export const SUPPORTED_URLS = { 'image/*': [/^https?:\/\//], 'application/pdf': [/^https?:\/\//] };

/** The way of translated calls to Anthropic; made once for a provider. */
export class MessagesConnection {
  private readonly config: ModelConfig;
  /** The betas of the provider's configuration. */
  private readonly betas: readonly string[];

  constructor(
    private readonly endpoint: AnthropicEndpoint,
    private readonly agent: Agent,
  ) {
    const { origin, path, headers } = endpoint;
    this.config = {
      provider: PROVIDER,
      baseURL: `${origin}${path}/v1`,
      headers: { ...headers },
      fetch: fetchThrough(agent),
      supportedUrls: () => SUPPORTED_URLS,
      supportsMessageThreads: true,
    };
    const betas = headers['anthropic-beta']?.toLowerCase().split(',') ?? [];
    this.betas = betas.map((beta) => beta.trim()).filter((beta) => beta !== '');
  }

  /** The request of a call, as the package makes it. */
  prepare(modelId: string, options: LanguageModelV4CallOptions, stream: boolean): Promise<PreparedRequest> {
    const userSuppliedBetas = new Set(this.betas);
    return AnthropicMessagesLanguageModel.prepareRequest({
      modelId,
      config: this.config,
      options: { ...options, stream, userSuppliedBetas },
    });
  }

  /** A model by which the package makes a whole call. */
  packaged(modelId: string): LanguageModelV4 {
    return mendModel(new AnthropicMessagesLanguageModel(modelId, this.config), { errors: { classify } });
  }

  /**
   * Sends a request; resolves when its answer begins.
   * @throws APICallError for an answer with an error status, as the package would; ProviderFailure where none begins
   */
  async post(
    { args, betas }: PreparedRequest,
    signal = new AbortController().signal,
  ): Promise<Dispatcher.ResponseData['body']> {
    const request = translatedRequestOf(args, betas, this.endpoint);
    const response = await this.responseTo(request, signal);
    const { statusCode, body } = response;
    if (statusCode >= 200 && statusCode < 300) return body;
    throw new APICallError({
      message: `the provider answered with the status ${statusCode}`,
      url: request.origin + request.path,
      requestBodyValues: undefined,
      statusCode,
      responseHeaders: plainHeaders(response.headers),
      responseBody: await readWhole(body),
    });
  }

  private async responseTo(request: Dispatcher.RequestOptions, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    try {
      const response = await this.agent.request({ ...request, signal });
      answerOf(response);
      noticeHeaders(response.headers);
      return response;
    } catch (error) {
      throw connectionFailure(error, signal);
    }
  }
}

/** The package takes the error out of its event. */
function classify(error: unknown): ClassifiedError {
  return classifyAnthropicError(500, JSON.stringify({ error }));
}

function plainHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const single = Object.entries(headers).map(([name, value]) => [name, [value].flat()[0]] as const);
  return Object.fromEntries(single.filter((header): header is [string, string] => header[1] !== undefined));
}
