import { describe, expect, it } from '@jest/globals';
import { carry } from '../../translation/carried-marks.js';
import { readResponsesRequest } from './read-request.js';

const TEXT = { type: 'input_text', text: 'See' };
const read = (request: object) =>
  readResponsesRequest(Buffer.from(JSON.stringify({ model: 'smart', input: 'hi', ...request })));

describe('a Responses request in terms of the AI SDK', () => {
  it('carries items of every kind as messages of the right sides', () => {
    const { options, warnings } = read({
      instructions: 'Be kind.',
      input: [
        { role: 'developer', content: [{ type: 'input_text', text: 'Be brief.' }] },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is this?' },
            { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' },
            { type: 'input_image', image_url: 'https://pictures.example/a.png', detail: 'auto' },
            { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
          ],
        },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'Hm.' }],
          encrypted_content: carry({ options: { anthropic: { signature: 's' } } }),
        },
        { role: 'assistant', content: [{ type: 'output_text', text: 'Let me look.' }] },
        { type: 'function_call', call_id: 'c1', name: 'look_up', arguments: '{"a":1}' },
        {
          type: 'reasoning',
          id: 'rs_2',
          summary: [],
          encrypted_content: carry({ options: { google: { thoughtSignature: 't' } }, toolCallId: 'c1' }),
        },
        { type: 'function_call', call_id: 'c2', name: 'look_up', arguments: '' },
        { type: 'function_call_output', call_id: 'c1', output: 'one' },
        { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'two' }] },
      ],
    });
    expect(warnings).toEqual([]);
    expect(options.prompt).toEqual([
      { role: 'system', content: 'Be kind.' },
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          {
            type: 'file',
            mediaType: 'image/png',
            data: { type: 'data', data: 'iVBORw0KGgo=' },
            providerOptions: { cohere: { detail: 'low' } },
          },
          { type: 'file', mediaType: 'image/*', data: { type: 'url', url: new URL('https://pictures.example/a.png') } },
          { type: 'file', filename: 'a.pdf', mediaType: 'application/pdf', data: { type: 'data', data: 'JVBERi0=' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Hm.', providerOptions: { anthropic: { signature: 's' } } },
          { type: 'text', text: 'Let me look.' },
          {
            type: 'tool-call',
            toolCallId: 'c1',
            toolName: 'look_up',
            input: { a: 1 },
            providerOptions: { google: { thoughtSignature: 't' } },
          },
          { type: 'tool-call', toolCallId: 'c2', toolName: 'look_up', input: {} },
        ],
      },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', toolCallId: 'c1', toolName: 'look_up', output: { type: 'text', value: 'one' } },
          {
            type: 'tool-result',
            toolCallId: 'c2',
            toolName: 'look_up',
            output: { type: 'content', value: [{ type: 'text', text: 'two' }] },
          },
        ],
      },
    ]);
  });

  it('carries settings, tools and the form of the answer', () => {
    const schema = { type: 'object', properties: { a: { type: 'number' } } };
    const { options, warnings } = read({
      max_output_tokens: 99,
      temperature: 0.2,
      top_p: 0.9,
      reasoning: { effort: 'high', summary: 'auto' },
      text: { format: { type: 'json_schema', name: 'out', schema, strict: true } },
      tools: [{ type: 'function', name: 'add', description: 'Adds.', parameters: schema, strict: true }],
      tool_choice: { type: 'function', name: 'add' },
      parallel_tool_calls: false,
      safety_identifier: 'u1',
      metadata: { a: 'b' },
    });
    expect(warnings).toEqual([]);
    expect(options).toMatchObject({
      maxOutputTokens: 99,
      temperature: 0.2,
      topP: 0.9,
      reasoning: 'high',
      responseFormat: { type: 'json', name: 'out', schema },
      tools: [{ type: 'function', name: 'add', description: 'Adds.', inputSchema: schema, strict: true }],
      toolChoice: { type: 'tool', toolName: 'add' },
      providerOptions: {
        openai: { parallel_tool_calls: false, user: 'u1', strictJsonSchema: true },
        anthropic: { disableParallelToolUse: true, metadata: { userId: 'u1' } },
      },
    });
  });

  it('allows only the tools that are allowed', () => {
    const tools = ['a', 'b'].map((name) => ({ type: 'function', name, parameters: null, strict: null }));
    const choice = { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'b' }] };
    const { options } = read({ tools, tool_choice: choice });
    expect(options.tools?.map(({ name }) => name)).toEqual(['b']);
    expect(options.toolChoice).toEqual({ type: 'required' });
  });

  it('warns of everything that it leaves out', () => {
    const { options, warnings } = read({
      input: [
        { role: 'user', content: [TEXT, { type: 'input_image', file_id: 'file-1', detail: 'auto' }] },
        { type: 'web_search_call', id: 'ws_1', status: 'completed' },
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' },
      ],
      tools: [{ type: 'web_search' }],
      truncation: 'auto',
      include: ['web_search_call.results', 'reasoning.encrypted_content'],
      top_logprobs: 2,
      brand_new: true,
    });
    expect(options.tools).toBeUndefined();
    for (const field of [
      'file_id',
      'web_search_call',
      'input[2]',
      'tools[0]',
      'truncation',
      'include',
      'top_logprobs',
      'brand_new',
    ])
      expect(warnings.join('\n')).toContain(field);
  });

  it.each([
    [{ input: [{ type: 'function_call_output', call_id: 'c9', output: 'x' }] }, 'call_id'],
    [{ input: [{ type: 'function_call', call_id: 'c', name: 'f', arguments: '{' }] }, 'arguments'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'ftp://x/' }] }] }, 'image_url'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].name'],
    [{ tool_choice: { type: 'function', name: 'f' } }, 'tool_choice'],
  ])('refuses %j', (request, param) => {
    expect(() => read(request)).toThrow(
      expect.objectContaining({ status: 400, param: expect.stringContaining(param) }),
    );
  });

  it.each([
    ['a message', [{ role: 'user', content: [{ type: 'input_file', file_id: 'file_1' }] }], 'input[0].content[0]'],
    [
      'instructions',
      [{ role: 'system', content: [{ type: 'input_image', image_url: 'https://p.example/a.png' }] }],
      'input[0].content[0]',
    ],
    [
      'the result of a call',
      [
        { type: 'function_call', call_id: 'c1', name: 'look_up', arguments: '' },
        { type: 'function_call_output', call_id: 'c1', output: [{ type: 'input_image', file_id: 'file_1' }] },
      ],
      'input[1].output[0]',
    ],
    ['the whole input', [{ type: 'web_search_call', id: 'ws_1' }], 'input[0]'],
  ])('is refused where nothing of %s would be left, by the name of the part', (_what, input, param) => {
    expect(() => read({ input })).toThrow(
      expect.objectContaining({
        name: 'Untranslatable',
        refusal: { code: 'unsupported_content', param },
        message: expect.stringMatching(/; send .*\.$/),
      }),
    );
  });
});
