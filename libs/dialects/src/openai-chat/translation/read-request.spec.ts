import { describe, expect, it } from '@jest/globals';
import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import { lossesAt } from '../../translation/request-losses.js';
import type { TranslatedRequest } from '../../translation/translation.js';
import { context } from './answer.fixture.js';
import { encodeChatAnswer } from './encode-answer.js';
import { readChatRequest } from './read-request.js';

const HI = [{ role: 'user', content: 'Hi' }];
const TEXT = { type: 'text', text: 'See' };
const CALL = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"a":1}' } };
const LOOK = { type: 'function', function: { name: 'look', parameters: { type: 'object' }, strict: true } };
const read = (request: object): TranslatedRequest =>
  readChatRequest(Buffer.from(JSON.stringify({ model: 'm', messages: HI, ...request })));
const promptOf = (...messages: object[]): LanguageModelV4Prompt => read({ messages }).options.prompt;
const partsOf = (...content: object[]): unknown => promptOf({ role: 'user', content })[0]?.content;

describe('readChatRequest', () => {
  it('keeps messages in their order, several of the system among them', () => {
    expect(
      promptOf(
        { role: 'system', content: 'one' },
        { role: 'developer', content: [{ type: 'text', text: 'two' }] },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: null, tool_calls: [CALL, { ...CALL, id: 'call_2' }] },
        { role: 'tool', tool_call_id: 'call_1', content: 'A' },
        { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'B' }] },
        { role: 'system', content: 'late' },
      ),
    ).toEqual([
      { role: 'system', content: 'one' },
      { role: 'system', content: 'two' },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      {
        role: 'assistant',
        content: ['call_1', 'call_2'].map((toolCallId) => ({
          type: 'tool-call',
          toolCallId,
          toolName: 'look',
          input: { a: 1 },
        })),
      },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', toolCallId: 'call_1', toolName: 'look', output: { type: 'text', value: 'A' } },
          { type: 'tool-result', toolCallId: 'call_2', toolName: 'look', output: { type: 'text', value: 'B' } },
        ],
      },
      { role: 'system', content: 'late' },
    ]);
  });

  it('reads pictures, files and sound, as bytes or by their address', () => {
    expect(
      partsOf(
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw==' } },
        { type: 'image_url', image_url: { url: 'https://example.com/cat.png', detail: 'low' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
        { type: 'file', file: { filename: 'notes.txt', file_data: 'aGk=' } },
        { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
      ),
    ).toMatchObject([
      { type: 'text', text: 'What is this?' },
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'iVBORw==' } },
      {
        mediaType: 'image/*',
        data: { type: 'url', url: new URL('https://example.com/cat.png') },
        providerOptions: { cohere: { detail: 'low' } },
      },
      { mediaType: 'application/pdf', filename: 'a.pdf', data: { type: 'data', data: 'JVBERi0=' } },
      { mediaType: 'text/plain', filename: 'notes.txt', data: { type: 'data', data: new Uint8Array([104, 105]) } },
      { mediaType: 'audio/wav', data: { type: 'data', data: 'UklGRg==' } },
    ]);
  });

  it('carries cache marks where they were put', () => {
    const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } };
    const providerOptions = {
      anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } },
      amazonBedrock: { cachePoint: { type: 'default', ttl: '1h' } },
    };
    const { options, ...losses } = read({
      messages: [
        {
          role: 'system',
          content: [
            { type: 'text', text: 'long', ...mark },
            { type: 'text', text: 'short' },
          ],
        },
        { role: 'user', content: [{ type: 'text', text: 'Hi', ...mark }], ...mark },
      ],
      tools: [{ ...LOOK, ...mark }],
    });
    expect(options.prompt).toEqual([
      { role: 'system', content: 'long', providerOptions },
      { role: 'system', content: 'short' },
      { role: 'user', content: [{ type: 'text', text: 'Hi', providerOptions }], providerOptions },
    ]);
    expect(options.tools?.[0]).toMatchObject({ strict: true, providerOptions });
    expect(lossesAt('anthropic.messages', losses)).toEqual([]);
    expect(lossesAt('amazon-bedrock', losses)).toEqual([expect.stringContaining('tools[].cache_control')]);
    expect(lossesAt('mistral.chat', losses)).toEqual([
      expect.stringContaining("'cache_control'"),
      expect.stringContaining('tools[].cache_control'),
    ]);
  });

  it('gives every provider its own signatures back, as it got them in an answer', () => {
    const content = [
      { type: 'reasoning', text: 'Hm', providerMetadata: { anthropic: { signature: 's1' } } },
      { type: 'reasoning', text: '', providerMetadata: { anthropic: { redactedData: 'r1' } } },
      { type: 'reasoning', text: 'So', providerMetadata: { google: { thoughtSignature: 't1' } } },
      { type: 'text', text: 'Yes', providerMetadata: { google: { thoughtSignature: 't2' } } },
      {
        type: 'tool-call',
        toolCallId: 'c',
        toolName: 'look',
        input: '{}',
        providerMetadata: { google: { thoughtSignature: 't3' } },
      },
    ] as const;
    const finishReason = { unified: 'tool-calls', raw: undefined } as const;
    const noTokens = { inputTokens: {}, outputTokens: {} } as never;
    const answer = JSON.parse(
      encodeChatAnswer({ content: [...content], finishReason, usage: noTokens, warnings: [] }, context),
    ) as { choices: [{ message: object }] };
    expect(promptOf(answer.choices[0].message)[0]?.content).toMatchObject([
      { type: 'reasoning', text: 'Hm', providerOptions: { anthropic: { signature: 's1' } } },
      { type: 'reasoning', text: '', providerOptions: { anthropic: { redactedData: 'r1' } } },
      { type: 'reasoning', text: 'So', providerOptions: { google: { thoughtSignature: 't1' } } },
      { type: 'text', text: 'Yes', providerOptions: { google: { thoughtSignature: 't2' } } },
      { type: 'tool-call', input: {}, providerOptions: { google: { thoughtSignature: 't3' } } },
    ]);
    expect(answer).not.toHaveProperty('usage');
  });

  it.each([
    ['none', { type: 'none' }],
    ['required', { type: 'required' }],
    [
      { type: 'function', function: { name: 'look' } },
      { type: 'tool', toolName: 'look' },
    ],
    [
      {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'look' } }] },
      },
      { type: 'required' },
    ],
  ])('reads the choice of tools %j', (choice, toolChoice) => {
    const other = { type: 'function', function: { name: 'other' } };
    const { options } = read({ tools: [LOOK, other], tool_choice: choice });
    expect(options.toolChoice).toEqual(toolChoice);
    const isLimited = typeof choice !== 'string' && choice.type === 'allowed_tools';
    expect(options.tools?.map(({ name }) => name)).toEqual(isLimited ? ['look'] : ['look', 'other']);
  });

  it('reads settings and what single providers know of them', () => {
    const { options, ...losses } = read({
      max_tokens: 5,
      max_completion_tokens: 7,
      temperature: 0.5,
      top_p: 0.9,
      stop: 'x',
      seed: 3,
      presence_penalty: 1,
      frequency_penalty: 0.1,
      reasoning_effort: 'high',
      response_format: { type: 'json_schema', json_schema: { name: 'r', strict: true, schema: { type: 'object' } } },
      parallel_tool_calls: false,
      tools: [LOOK],
      user: 'u-1',
      service_tier: 'auto',
      store: false,
    });
    expect(options).toMatchObject({
      maxOutputTokens: 7,
      temperature: 0.5,
      topP: 0.9,
      stopSequences: ['x'],
      seed: 3,
      presencePenalty: 1,
      frequencyPenalty: 0.1,
      reasoning: 'high',
      responseFormat: { type: 'json', name: 'r', schema: { type: 'object' } },
      providerOptions: {
        anthropic: { disableParallelToolUse: true, metadata: { userId: 'u-1' } },
        mistral: { parallelToolCalls: false, strictJsonSchema: true },
      },
    });
    expect(losses.warnings).toEqual([]);
    expect(lossesAt('cohere.chat', losses)).toHaveLength(3);
  });

  it('says where probabilities of tokens are not told', () => {
    const losses = read({ logprobs: true, top_logprobs: 3 });
    expect(losses.options.providerOptions).toEqual({ switchyard: { topLogprobs: 3 } });
    expect(lossesAt('google.generative-ai', losses)).toEqual([]);
    expect(lossesAt('vertex.anthropic', losses)).toHaveLength(2);
  });

  it.each([
    ['n', { n: 2 }],
    ['logit_bias', { logit_bias: { 5: 1 } }],
    ['prediction', { prediction: { type: 'content', content: 'x' } }],
    ['metadata', { metadata: { a: 'b' } }],
    ['store', { store: true }],
    ['web_search_options', { web_search_options: { search_context_size: 'low' } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['tools[0]', { tools: [{ type: 'custom', custom: { name: 'c' } }] }],
    ['file_id', { messages: [{ role: 'user', content: [TEXT, { type: 'file', file: { file_id: 'f' } }] }] }],
    ['made_up', { made_up: 1 }],
  ])('says that %s is lost', (field, request) => {
    expect(read(request).warnings).toEqual([expect.stringContaining(field)]);
  });

  it.each([
    [
      'an unknown part',
      'messages[0].content[1].type',
      { role: 'user', content: [{ type: 'text', text: '' }, { type: 'video' }] },
    ],
    ['a part without its text', 'messages[0].content[0].text', { role: 'user', content: [{ type: 'text' }] }],
    [
      'a picture by an address of another kind',
      'messages[0].content[0].image_url.url',
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }] },
    ],
    [
      'a file of an unknown kind',
      'messages[0].content[0].file.file_data',
      { role: 'user', content: [{ type: 'file', file: { file_data: 'AAAA' } }] },
    ],
    ['an answer to no call', 'messages[0].tool_call_id', { role: 'tool', tool_call_id: 'x', content: 'y' }],
    [
      'arguments that are no JSON',
      'messages[0].tool_calls[0].function.arguments',
      { role: 'assistant', tool_calls: [{ ...CALL, function: { name: 'look', arguments: '{' } }] },
    ],
  ])('refuses %s', (_what, param, message) => {
    expect(() => promptOf(message)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it('refuses a choice among tools that are not there', () => {
    expect(() => read({ tool_choice: 'required' })).toThrow(expect.objectContaining({ param: 'tool_choice' }));
    const choice = { type: 'function', function: { name: 'other' } };
    expect(() => read({ tools: [LOOK], tool_choice: choice })).toThrow(
      expect.objectContaining({ param: 'tool_choice' }),
    );
  });

  describe('a message of which nothing would be left', () => {
    const stored = { type: 'file', file: { file_id: 'file-1' } };
    const asked = { role: 'assistant', tool_calls: [CALL] };
    const hi = { role: 'user', content: 'Hi' };

    it.each([
      ['of a user', [hi, { role: 'user', content: [stored] }], 'messages[1].content[0]'],
      ['but empty text', [{ role: 'user', content: [{ type: 'text', text: ' ' }, stored] }], 'messages[0].content[1]'],
      ['of a tool', [hi, asked, { role: 'tool', tool_call_id: 'call_1', content: [stored] }], 'messages[2].content[0]'],
      [
        'of the assistant',
        [hi, { role: 'assistant', content: null, audio: { id: 'audio_1' } }, hi],
        'messages[1].audio',
      ],
    ])('%s is refused by the name of the part, with the remedy', (_what, messages, param) => {
      expect(() => read({ messages })).toThrow(
        expect.objectContaining({
          name: 'Untranslatable',
          refusal: { code: 'unsupported_content', param },
          message: expect.stringMatching(/; send .*\.$/),
        }),
      );
    });

    it('is no matter where something else is said in it', () => {
      const { warnings } = read({ messages: [{ role: 'user', content: [TEXT, stored] }] });
      expect(warnings).toHaveLength(1);
    });
  });
});
