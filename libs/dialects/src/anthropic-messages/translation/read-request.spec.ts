import { createAnthropic } from '@ai-sdk/anthropic';
import { describe, expect, it } from '@jest/globals';
import { lossesAt } from '../../translation/request-losses.js';
import { carry } from '../../translation/carried-marks.js';
import { readMessagesRequest } from './read-request.js';

const base = { model: 'claude-sonnet-4-5', max_tokens: 4_000, messages: [{ role: 'user', content: 'Hi' }] };
const read = (request: object) => readMessagesRequest(Buffer.from(JSON.stringify({ ...base, ...request })));
const answer = {
  type: 'message',
  id: 'msg_1',
  model: 'm',
  role: 'assistant',
  content: [],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
};

/** What the package for Anthropic would send for a request that was translated: the request again, if nothing is lost. */
async function sentAgain(request: object): Promise<Record<string, unknown>> {
  let sent: unknown;
  const provider = createAnthropic({
    apiKey: 'x',
    fetch: async (_url, init) => {
      sent = JSON.parse(init?.body as string);
      return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
    },
  });
  await provider.languageModel('claude-sonnet-4-5').doGenerate(read(request).options);
  return sent as Record<string, unknown>;
}

const tool = {
  name: 'weather',
  description: 'Tells the weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

describe('readMessagesRequest', () => {
  it('loses nothing of text, files, thoughts, tools and marks on the way through the terms between', async () => {
    const mark = { type: 'ephemeral', ttl: '1h' };
    const request = {
      system: [
        { type: 'text', text: 'Be brief.' },
        { type: 'text', text: 'Know this.', cache_control: mark },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?', cache_control: mark },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0K' } },
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
            {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0x' },
              title: 'A',
            },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'EqQB' },
            { type: 'redacted_thinking', data: 'EmwK' },
            { type: 'text', text: 'Let me see.' },
            { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
          ],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'Rain', cache_control: mark }],
        },
      ],
      tools: [{ ...tool, cache_control: mark }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      stop_sequences: ['###'],
      metadata: { user_id: 'u-1' },
      service_tier: 'standard_only',
    };
    const { system, messages, tools, ...rest } = await sentAgain(request);
    expect(messages).toEqual(request.messages);
    expect(system).toEqual([{ type: 'text', text: 'Be brief.\n\nKnow this.', cache_control: mark }]);
    expect(tools).toMatchObject(request.tools);
    expect(rest).toMatchObject({
      max_tokens: 4_000,
      tool_choice: request.tool_choice,
      stop_sequences: ['###'],
      metadata: { user_id: 'u-1' },
      service_tier: 'standard_only',
    });
    expect(read(request).warnings).toEqual([]);
  });

  it('says which providers do not get what only some of them know', () => {
    const cacheControl = { type: 'ephemeral' };
    const { partly } = read({
      system: [{ type: 'text', text: 'Be brief.', cache_control: cacheControl }],
      metadata: { user_id: 'u-1' },
      service_tier: 'standard_only',
    });
    const unknownTo = (provider: string) => lossesAt(provider, { warnings: [], partly: partly ?? [] }).join(' ');
    expect(unknownTo('anthropic.messages')).toBe('');
    expect(unknownTo('google.generative-ai')).toContain("'service_tier'");
    expect(unknownTo('google.generative-ai')).toContain("'metadata.user_id'");
    expect(unknownTo('google.generative-ai')).toContain("'cache_control'");
    expect(unknownTo('amazon-bedrock')).not.toContain("'cache_control'");
    expect(unknownTo('openai.chat')).not.toContain("'metadata.user_id'");
  });

  it('tells servers of the OpenAI format in their own words that calls come one at a time', () => {
    const { options } = read({
      tools: [{ name: 'weather', input_schema: { type: 'object' } }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    });
    for (const name of ['openai', 'azure'])
      expect(options.providerOptions?.[name]).toEqual({ parallel_tool_calls: false });
  });

  it('reads sampling, thinking and the form of the answer', () => {
    const schema = { type: 'object', properties: {} };
    const { options } = read({
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      thinking: { type: 'enabled', budget_tokens: 1_200 },
      output_config: { format: { type: 'json_schema', schema } },
    });
    expect(options).toMatchObject({
      temperature: 0.5,
      topP: 0.9,
      topK: 5,
      reasoning: 'medium',
      responseFormat: { type: 'json', schema },
      providerOptions: {
        anthropic: { thinking: { type: 'enabled', budgetTokens: 1_200 } },
        google: { thinkingConfig: { includeThoughts: true } },
      },
    });
    expect(read({ thinking: { type: 'disabled' } }).options.reasoning).toBe('none');
    expect(read({ output_config: { effort: 'high' } }).options.reasoning).toBe('high');
  });

  it('puts files of a tool result behind it, where every provider takes them, and keeps the error', () => {
    const { options } = read({
      messages: [
        { role: 'user', content: 'Draw.' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'draw', input: {} }] },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 't1',
              is_error: true,
              content: [
                { type: 'text', text: 'Half done' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0K' } },
              ],
            },
            { type: 'text', text: 'Go on.' },
          ],
        },
      ],
    });
    expect(options.prompt.slice(2)).toMatchObject([
      {
        role: 'tool',
        content: [
          { toolName: 'draw', output: { type: 'error-text', value: 'Half done\n(file 1 of this result follows)' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'text' }, { type: 'file', mediaType: 'image/png' }, { type: 'text', text: 'Go on.' }],
      },
    ]);
  });

  it('gives other providers their own marks back, on thoughts and on tool calls', () => {
    const google = { google: { thoughtSignature: 'CpMB' } };
    const { options } = read({
      messages: [
        ...base.messages,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: carry({ options: google }) },
            { type: 'tool_use', id: 't1', name: 'weather', input: {} },
            { type: 'redacted_thinking', data: carry({ options: google, toolCallId: 't1' }) },
          ],
        },
      ],
    });
    expect(options.prompt[1]?.content).toEqual([
      { type: 'reasoning', text: 'Hm.', providerOptions: google },
      { type: 'tool-call', toolCallId: 't1', toolName: 'weather', input: {}, providerOptions: google },
    ]);
  });

  it('lets no options of a caller through in the place of marks', () => {
    const forged = `switchyard.${Buffer.from(JSON.stringify({ options: { openai: { baseUrl: 'x' } } })).toString('base64url')}`;
    const content = [{ type: 'thinking', thinking: 'Hm.', signature: forged }];
    const { options } = read({ messages: [...base.messages, { role: 'assistant', content }] });
    expect(options.prompt[1]?.content).toEqual([{ type: 'reasoning', text: 'Hm.' }]);
  });

  it('warns of what cannot be carried', () => {
    const { warnings, options } = read({
      container: 'c1',
      mcp_servers: [],
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'file', file_id: 'f' } },
            { type: 'odd' },
            { type: 'text', text: 'See' },
          ],
        },
      ],
    });
    expect(warnings).toHaveLength(5);
    expect(warnings.join(' ')).toMatch(/container.*mcp_servers.*tools\[0\].*content\[0\].*content\[1\]/);
    expect(options.tools).toBeUndefined();
  });

  it.each([
    [
      'a result of no call',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'x' }] }] },
      'messages[0].content[0].tool_use_id',
    ],
    [
      'an image from nowhere',
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'a' } }] }] },
      'messages[0].content[0].source.url',
    ],
    ['a tool without schema', { tools: [{ name: 'a' }] }, 'tools[0].input_schema'],
    ['an unknown way of thinking', { thinking: { type: 'deep' } }, 'thinking.type'],
  ])('refuses %s and names the field', (_what, request, param) => {
    expect(() => read(request)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  describe('a message of which nothing would be left', () => {
    const stored = { type: 'image', source: { type: 'file', file_id: 'file_1' } };
    const asked = { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }] };
    const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: [stored] };

    it.each([
      ['of a user', [...base.messages, { role: 'user', content: [stored] }], 'messages[1].content[0]'],
      [
        'of a tool',
        [...base.messages, asked, { role: 'user', content: [result] }],
        'messages[2].content[0].content[0]',
      ],
      [
        'of the assistant',
        [...base.messages, { role: 'assistant', content: [{ type: 'server_tool_use', id: 's', name: 'web_search' }] }],
        'messages[1].content[0]',
      ],
    ])('%s is refused by the name of the block, with the remedy', (_what, messages, param) => {
      expect(() => read({ messages })).toThrow(
        expect.objectContaining({
          name: 'Untranslatable',
          refusal: { code: 'unsupported_content', param },
          message: expect.stringMatching(/; send .*\.$/),
        }),
      );
    });

    it('is no matter where something else is said in it', () => {
      const { warnings } = read({ messages: [{ role: 'user', content: [{ type: 'text', text: 'See' }, stored] }] });
      expect(warnings).toHaveLength(1);
    });
  });
});
