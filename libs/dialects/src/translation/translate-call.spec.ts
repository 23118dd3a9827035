import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  SharedV4Warning,
} from '@ai-sdk/provider';
import { describe, expect, it, jest } from '@jest/globals';
import type { Facts, UnsupportedPolicy } from '#libs/contracts';
import { dialectNamed } from '../dialects.js';
import { translateCall } from './translate-call.js';

const usage = {
  inputTokens: { total: 9, noCache: 5, cacheRead: 4, cacheWrite: undefined },
  outputTokens: { total: 3, text: 3, reasoning: undefined },
};
const TOLD = { promptTokens: 9, completionTokens: 3, cachedPromptTokens: 4 };
const WARNING: SharedV4Warning = { type: 'unsupported', feature: 'seed' };
const messages = [{ role: 'user', content: 'hi' }];
const REQUESTS: Readonly<Record<string, object>> = {
  'openai-chat': { messages },
  'openai-completions': { prompt: 'hi' },
  'openai-responses': { input: 'hi' },
  'anthropic-messages': { messages, max_tokens: 9 },
};

interface Answer {
  unified: 'stop' | 'error' | 'interrupted';
  warnings?: SharedV4Warning[];
}

/** A model that says a word and ends as told, and what becomes of its stream. */
function modelOf({ unified, warnings = [] }: Answer): { model: LanguageModelV4; cancelled: jest.Mock } {
  const cancelled = jest.fn();
  const finishReason = { unified, raw: 'WHY' };
  const parts: LanguageModelV4StreamPart[] = [
    { type: 'stream-start', warnings },
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: 'Hello' },
    { type: 'text-end', id: '0' },
    { type: 'finish', finishReason, usage },
  ];
  const model = {
    specificationVersion: 'v4' as const,
    provider: 'test',
    modelId: 'm',
    supportedUrls: {},
    doGenerate: async () => ({ content: [{ type: 'text' as const, text: 'Hello' }], finishReason, usage, warnings }),
    doStream: async () => ({
      stream: new ReadableStream<LanguageModelV4StreamPart>(
        {
          pull(controller) {
            const part = parts.shift();
            if (part) controller.enqueue(part);
            else controller.close();
          },
          cancel: () => void cancelled(),
        },
        { highWaterMark: 0 },
      ),
    }),
  };
  return { model, cancelled };
}

async function bytesOf(
  model: LanguageModelV4,
  dialect: string,
  { stream, unsupported = 'warn' }: { stream: boolean; unsupported?: UnsupportedPolicy },
): Promise<string> {
  const operation = dialect === 'openai-completions' ? 'text_completion' : 'chat';
  const facts = { requestId: 'req_1', dialect, operation, stream, usageAsked: true } as Facts;
  const body = Buffer.from(JSON.stringify({ model: 'm', ...REQUESTS[dialect] }));
  const { signal } = new AbortController();
  const fetchFile = () => Promise.reject(new Error('nothing to fetch'));
  const models = { languageModel: () => model };
  const answer = await translateCall(models, {
    facts,
    body,
    model: 'm',
    maxOutputTokens: 64_000,
    unsupported,
    signal,
    fetchFile,
  });
  let text = '';
  for await (const piece of answer.body) text += Buffer.from(piece).toString('utf8');
  return text;
}

const CASES = Object.keys(REQUESTS).flatMap((dialect) => [true, false].map((stream) => ({ dialect, stream })));

describe('a translated answer', () => {
  it.each(CASES)('never passes for a whole one where the model broke it off: %j', async ({ dialect, stream }) => {
    const ends = { error: 'server_error', interrupted: 'cut_stream' } as const;
    for (const unified of ['error', 'interrupted'] as const) {
      const { model } = modelOf({ unified });
      await expect(bytesOf(model, dialect, { stream })).rejects.toMatchObject({
        name: 'DialectStreamError',
        errorClass: ends[unified],
        usage: TOLD,
      });
    }
    await expect(bytesOf(modelOf({ unified: 'stop' }).model, dialect, { stream })).resolves.toContain('Hello');
  });

  it.each([true, false])('tells no loss by a limit that its caller did not set (stream: %s)', async (stream) => {
    const limited: SharedV4Warning = { type: 'compatibility', feature: 'maxOutputTokens', details: 'limited to 4096' };
    const { model } = modelOf({ unified: 'stop', warnings: [limited] });
    await expect(bytesOf(model, 'openai-chat', { stream, unsupported: 'reject' })).resolves.toContain('Hello');

    const asked = modelOf({ unified: 'stop', warnings: [limited] });
    await expect(bytesOf(asked.model, 'anthropic-messages', { stream, unsupported: 'reject' })).rejects.toThrow('4096');
  });

  it.each([
    ['anthropic.messages', 'openai-chat', 64_000],
    ['anthropic.messages', 'anthropic-messages', 9],
    ['openai.chat', 'openai-chat', undefined],
  ])('asks %s for callers of %s with the limit %s', async (provider, dialect, maxOutputTokens) => {
    const { model } = modelOf({ unified: 'stop' });
    const doGenerate = jest.fn((options: LanguageModelV4CallOptions) => model.doGenerate(options));
    await bytesOf({ ...model, provider, doGenerate }, dialect, { stream: false });
    expect(doGenerate.mock.calls[0]?.[0].maxOutputTokens).toBe(maxOutputTokens);
  });

  it('that policy refuses is not lost to the bill', async () => {
    const { model } = modelOf({ unified: 'stop', warnings: [WARNING] });
    await expect(bytesOf(model, 'openai-chat', { stream: false, unsupported: 'reject' })).rejects.toMatchObject({
      name: 'Untranslatable',
      usage: TOLD,
    });
  });

  it('that policy refuses is not streamed on for nobody', async () => {
    const { model, cancelled } = modelOf({ unified: 'stop', warnings: [WARNING] });
    await expect(bytesOf(model, 'openai-chat', { stream: true, unsupported: 'reject' })).rejects.toThrow('seed');
    expect(cancelled).toHaveBeenCalled();
  });
});

describe('the trials of a caller of Anthropic’s dialect', () => {
  const translated = (unsupported: UnsupportedPolicy) =>
    translateCall(
      { languageModel: () => modelOf({ unified: 'stop' }).model },
      {
        facts: {
          dialect: 'anthropic-messages',
          operation: 'chat',
          passedHeaders: { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a-1' },
        } as unknown as Facts,
        body: Buffer.from(JSON.stringify({ model: 'm', ...REQUESTS['anthropic-messages'] })),
        model: 'm',
        unsupported,
        signal: new AbortController().signal,
        fetchFile: () => Promise.reject(new Error('nothing to fetch')),
      },
    );

  it('are said to be lost at every other provider, and refused where policy wants nothing less', async () => {
    const lost = "The header 'anthropic-beta' (a-1) cannot be carried to this provider.";
    expect((await translated('warn')).warnings).toEqual([lost]);
    await expect(translated('reject')).rejects.toThrow(lost);
  });
});

describe('what is meant for a gateway', () => {
  const translated = (name: string, own: object, unsupported: UnsupportedPolicy) => {
    const dialect = dialectNamed(name);
    const body = Buffer.from(JSON.stringify({ model: 'm', ...REQUESTS[name], ...own }));
    return translateCall(
      { languageModel: () => modelOf({ unified: 'stop' }).model },
      {
        facts: { requestId: 'req_1', ...dialect.readFacts(body) } as Facts,
        body,
        model: 'm',
        unsupported,
        signal: new AbortController().signal,
        fetchFile: () => Promise.reject(new Error('nothing to fetch')),
      },
    );
  };
  const wishes = { models: ['n'], fallbacks: ['o'], provider: { order: ['p'] }, session_id: 's', route: 'fallback' };

  it.each(Object.keys(REQUESTS))('is no loss in %s where it has been followed', async (name) => {
    expect((await translated(name, wishes, 'reject')).warnings).toEqual([]);
  });

  it('is told as a loss where it asks for something that nobody does', async () => {
    const { warnings } = await translated('anthropic-messages', { plugins: [{ id: 'web' }] }, 'warn');
    expect(warnings).toEqual([expect.stringContaining("'plugins'")]);
  });
});

describe('a count of tokens for a provider that does not count', () => {
  const count = (unsupported: UnsupportedPolicy) =>
    translateCall(
      {},
      {
        facts: { dialect: 'anthropic-count-tokens', operation: 'count_tokens', estimatedPromptTokens: 7 } as Facts,
        body: Buffer.from('{}'),
        model: 'm',
        unsupported,
        signal: new AbortController().signal,
        fetchFile: () => Promise.reject(new Error('nothing to fetch')),
      },
    );

  it('is said to be an estimate, and refused where policy wants nothing less than asked for', async () => {
    expect((await count('warn')).warnings).toEqual([expect.stringContaining('estimated')]);
    await expect(count('reject')).rejects.toThrow('estimated');
  });
});
