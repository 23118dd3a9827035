import { journeyConfiguration, modelFields } from './journey-configuration.js';
import { startModelMock, type ModelMock } from './model-mock.js';
import { StackForTests } from './stack-for-tests.js';

/** The models by what speaks behind them. Each name leads to one provider of that kind. */
export const MODELS = ['on-openai', 'on-anthropic', 'on-google', 'on-azure', 'on-bedrock'] as const;
export type ModelName = (typeof MODELS)[number];

/** A stack whose every provider is the same mock, spoken to in that provider's own format. */
export interface DialectGround {
  readonly mock: ModelMock;
  readonly stack: StackForTests;
  close(): Promise<void>;
}

/** Starts both. Files may be fetched from this machine, where the mock's picture lies. */
export async function startDialectGround(): Promise<DialectGround> {
  const mock = await startModelMock();
  try {
    const stack = await StackForTests.start(configurationFor(mock.url), { SWITCHYARD_FETCH_ALLOW: '127.0.0.1/32' });
    const close = async (): Promise<void> => {
      try {
        await stack.stop();
      } finally {
        await mock.close();
      }
    };
    return { mock, stack, close };
  } catch (error) {
    await mock.close();
    throw error;
  }
}

function configurationFor(url: string): object {
  const apiKey = 'sk-upstream-dialects';
  const providers = {
    openai: { kind: 'openai', baseUrl: `${url}/v1`, apiKey },
    anthropic: { kind: 'anthropic', baseUrl: url, apiKey },
    google: { kind: 'google', baseUrl: `${url}/v1beta`, apiKey },
    azure: { kind: 'azure', baseUrl: url, apiVersion: '2024-10-21', apiKey },
    cohere: { kind: 'cohere', baseUrl: `${url}/v2`, apiKey },
    bedrock: { kind: 'bedrock', region: 'eu-central-1', baseUrl: url, apiKey: 'AKIAEXAMPLE:example-secret' },
  };
  return journeyConfiguration(providers, [
    modelFields('on-openai', [{ provider: 'openai', model: 'gpt-5-mini' }]),
    modelFields('on-anthropic', [{ provider: 'anthropic', model: 'claude-sonnet-4-5' }]),
    modelFields('on-google', [{ provider: 'google', model: 'gemini-2.5-flash' }]),
    modelFields('on-azure', [{ provider: 'azure', model: 'gpt-5-mini' }]),
    modelFields('on-bedrock', [{ provider: 'bedrock', model: 'anthropic.claude-sonnet-4-5-20250929-v1:0' }]),
    modelFields('draw-openai', [{ provider: 'openai', model: 'gpt-image-1' }]),
    modelFields('speak-openai', [{ provider: 'openai', model: 'gpt-4o-mini-tts' }]),
    modelFields('hear-openai', [{ provider: 'openai', model: 'gpt-4o-transcribe' }]),
    modelFields('judge-openai', [{ provider: 'openai', model: 'omni-moderation-latest' }]),
    modelFields('rank-cohere', [{ provider: 'cohere', model: 'rerank-v3.5' }]),
    modelFields('embed-openai', [{ provider: 'openai', model: 'text-embedding-3-small' }]),
    modelFields('embed-google', [{ provider: 'google', model: 'gemini-embedding-001' }]),
  ]);
}
