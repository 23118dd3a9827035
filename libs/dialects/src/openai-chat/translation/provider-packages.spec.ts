import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createCohere } from '@ai-sdk/cohere';
import { createGoogle } from '@ai-sdk/google';
import { createMistral } from '@ai-sdk/mistral';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { describe, expect, it } from '@jest/globals';
import { readChatRequest } from './read-request.js';

type Json = Record<string, unknown>;
type Fetch = typeof globalThis.fetch;

const MARK = { cache_control: { type: 'ephemeral' } };
const ANTHROPIC = 'anthropic-claude-v1';
const GOOGLE = 'google-gemini-v1';

const REQUEST = {
  model: 'm',
  messages: [
    { role: 'system', content: [{ type: 'text', text: 'Be brief.', ...MARK }] },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
      ],
    },
    {
      role: 'assistant',
      content: 'Let me look.',
      tool_calls: [
        {
          id: 'abcdefgh1',
          type: 'function',
          function: { name: 'look', arguments: '{"a":1}' },
          extra_content: { google: { thought_signature: 'dG9vbA==' } },
        },
        { id: 'abcdefgh2', type: 'function', function: { name: 'look', arguments: '{"a":2}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'abcdefgh1', content: 'one' },
    { role: 'tool', tool_call_id: 'abcdefgh2', content: 'two' },
  ] as Json[],
  tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }],
  tool_choice: 'required',
  parallel_tool_calls: false,
  max_completion_tokens: 4096,
  user: 'u-1',
};

/** The request with what a provider signed in the answer before. */
function signed(...details: Json[]): Json {
  const messages = REQUEST.messages.map((message) =>
    message.role === 'assistant' ? { ...message, reasoning_details: details } : message,
  );
  return { ...REQUEST, messages };
}

/** The body that a package sends for a request. */
async function sentBy(modelOf: (fetch: Fetch) => LanguageModelV4, request: Json): Promise<Json> {
  let body: unknown;
  const model = modelOf((_input, init) => {
    body = JSON.parse(init?.body as string);
    return Promise.resolve(new Response('{}', { status: 400 }));
  });
  const { options } = readChatRequest(Buffer.from(JSON.stringify(request)));
  await expect(Promise.resolve(model.doGenerate(options))).rejects.toThrow();
  return body as Json;
}

describe('what the packages of the providers make of a request', () => {
  it('gives Anthropic its signatures, cache marks, both answers in one message, and the user', async () => {
    const request = signed(
      { type: 'reasoning.text', text: 'Hm', signature: 'c2ln', format: ANTHROPIC },
      { type: 'reasoning.encrypted', data: 'cmVk', format: ANTHROPIC },
    );
    const sent = await sentBy((fetch) => createAnthropic({ apiKey: 'k', fetch })('claude-sonnet-4-5'), request);
    expect(sent).toMatchObject({
      max_tokens: 4096,
      metadata: { user_id: 'u-1' },
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      messages: [
        { role: 'user', content: [{ type: 'text' }, { type: 'image', source: { media_type: 'image/png' } }] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm', signature: 'c2ln' },
            { type: 'redacted_thinking', data: 'cmVk' },
            { type: 'text', text: 'Let me look.' },
            { type: 'tool_use', id: 'abcdefgh1', input: { a: 1 } },
            { type: 'tool_use', id: 'abcdefgh2', input: { a: 2 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'abcdefgh1' },
            { type: 'tool_result', tool_use_id: 'abcdefgh2' },
          ],
        },
      ],
    });
  });

  it('gives Gemini its signatures back where they were', async () => {
    const request = signed({ type: 'reasoning.encrypted', data: 'dGV4dA==', format: GOOGLE });
    const sent = await sentBy((fetch) => createGoogle({ apiKey: 'k', fetch })('gemini-2.5-flash'), {
      ...request,
      reasoning_effort: 'low',
    });
    expect(sent).toMatchObject({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      generationConfig: { maxOutputTokens: 4096, thinkingConfig: { includeThoughts: true } },
      contents: [
        { role: 'user', parts: [{ text: 'What is this?' }, { inlineData: { mimeType: 'image/png' } }] },
        {
          role: 'model',
          parts: [
            { text: 'Let me look.', thoughtSignature: 'dGV4dA==' },
            { functionCall: { name: 'look', args: { a: 1 } }, thoughtSignature: 'dG9vbA==' },
            { functionCall: { name: 'look', args: { a: 2 } } },
          ],
        },
        { role: 'user', parts: [{ functionResponse: { name: 'look' } }, { functionResponse: { name: 'look' } }] },
      ],
    });
  });

  it("gives Bedrock its cache points and signatures, in Anthropic's words or its own", async () => {
    const request = signed(
      { type: 'reasoning.text', text: 'Hm', signature: 'c2ln', format: ANTHROPIC },
      { type: 'reasoning.encrypted', data: 'cmVk', format: 'amazon-bedrock-v1' },
    );
    const model = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
    const sent = await sentBy(
      (fetch) => createAmazonBedrock({ apiKey: 'k', region: 'eu-west-1', fetch })(model),
      request,
    );
    expect(sent).toMatchObject({
      system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }],
      inferenceConfig: { maxTokens: 4096 },
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'Hm', signature: 'c2ln' } } },
            { reasoningContent: { redactedContent: 'cmVk' } },
            { text: 'Let me look.' },
            { toolUse: { toolUseId: 'abcdefgh1' } },
            { toolUse: { toolUseId: 'abcdefgh2' } },
          ],
        },
        { role: 'user', content: [{ toolResult: {} }, { toolResult: {} }] },
      ],
    });
  });

  it('gives Mistral and Cohere what they know', async () => {
    const toMistral = await sentBy((fetch) => createMistral({ apiKey: 'k', fetch })('mistral-large-latest'), REQUEST);
    expect(toMistral).toMatchObject({ max_tokens: 4096, tool_choice: 'any', parallel_tool_calls: false });
    const text = { ...REQUEST, messages: [{ role: 'user', content: 'Hi' }] };
    const toCohere = await sentBy((fetch) => createCohere({ apiKey: 'k', fetch })('command-a-03-2025'), text);
    expect(toCohere).toMatchObject({ max_tokens: 4096, tool_choice: 'REQUIRED' });
  });
});
