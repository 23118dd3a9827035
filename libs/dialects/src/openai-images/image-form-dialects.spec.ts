import { describe, expect, it } from '@jest/globals';
import { imageEditsDialect, imageVariationsDialect } from './image-form-dialects.js';

const PIXELS = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 45, 45, 255]);

/** A form as the platform writes it, with files in the place of bytes. */
async function form(fields: readonly (readonly [string, string | Buffer])[]): Promise<{ body: Buffer; type: string }> {
  const sent = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === 'string') sent.append(name, value);
    else sent.append(name, new Blob([new Uint8Array(value)]), `${name}.png`);
  }
  const request = new Request('http://localhost', { method: 'POST', body: sent });
  return { body: Buffer.from(await request.arrayBuffer()), type: request.headers.get('content-type') ?? '' };
}

const MODEL = ['model', 'draw'] as const;
const IMAGE = ['image', PIXELS] as const;
const PROMPT = ['prompt', 'add a hat'] as const;

describe('the forms of images', () => {
  it('are read for their facts, and keep the content type that they need to be read again', async () => {
    const { body, type } = await form([['image[]', PIXELS], ['image[]', PIXELS], PROMPT, MODEL, ['user', 'u']]);
    expect(imageEditsDialect.readFacts(body, type)).toMatchObject({
      dialect: 'openai-image-edits',
      operation: 'image_generation',
      model: 'draw',
      stream: false,
      estimatedPromptTokens: 2_003,
      endUser: 'u',
      contentType: type,
    });
    const varied = await form([IMAGE, MODEL]);
    expect(imageVariationsDialect.readFacts(varied.body, varied.type)).toMatchObject({
      dialect: 'openai-image-variations',
      estimatedPromptTokens: 1_000,
    });
    const several = await form([IMAGE, MODEL, ['n', '3']]);
    expect(imageVariationsDialect.readFacts(several.body, several.type).choices).toBe(3);
    const close = await form([IMAGE, MODEL, PROMPT, ['input_fidelity', 'high']]);
    expect(imageEditsDialect.readFacts(close.body, close.type).estimatedPromptTokens).toBe(7_003);
  });

  it('go on with the model replaced and all else as it came', async () => {
    const { body, type } = await form([IMAGE, ['mask', PIXELS], MODEL, PROMPT, ['quality', 'low']]);
    const facts = imageEditsDialect.readFacts(body, type);
    const onward = Buffer.from(imageEditsDialect.providerBody(body, facts, 'gpt-image-1'));
    const headers = { 'content-type': facts.contentType ?? '' };
    const received = await new Response(new Uint8Array(onward), { headers }).formData();
    expect(['model', 'prompt', 'quality'].map((name) => received.get(name))).toEqual([
      'gpt-image-1',
      'add a hat',
      'low',
    ]);
    for (const name of ['image', 'mask']) {
      expect(Buffer.from(await (received.get(name) as File).arrayBuffer())).toEqual(PIXELS);
    }
  });

  it.each([
    ['no model', [IMAGE, PROMPT], 'missing_required_parameter', 'model'],
    ['no image', [MODEL, PROMPT], 'missing_required_parameter', 'image'],
    ['an image that is a field', [MODEL, PROMPT, ['image', 'x']], 'invalid_type', 'image'],
    ['no prompt', [MODEL, IMAGE], 'missing_required_parameter', 'prompt'],
    ['two prompts', [MODEL, IMAGE, PROMPT, PROMPT], 'duplicate_field', 'prompt'],
    ['too many images asked for', [MODEL, IMAGE, PROMPT, ['n', '11']], 'invalid_type', 'n'],
    ['another format', [MODEL, IMAGE, PROMPT, ['response_format', 'svg']], 'invalid_type', 'response_format'],
    ['a stream', [MODEL, IMAGE, PROMPT, ['stream', 'true']], 'unsupported_parameter', 'stream'],
  ] as const)('are refused with %s, by the name of the field', async (_what, fields, code, param) => {
    const { body, type } = await form(fields);
    expect(() => imageEditsDialect.readFacts(body, type)).toThrow(
      expect.objectContaining({ status: 400, code, param }),
    );
  });

  it('are no JSON', () => {
    expect(() => imageEditsDialect.readFacts(Buffer.from('{}'), 'application/json')).toThrow(
      expect.objectContaining({ status: 415, message: expect.stringContaining('fields image, model and prompt') }),
    );
  });

  it('are answered as any other image request', () => {
    const answer = { created: 1, data: [{ b64_json: 'AA==' }], usage: { input_tokens: 300, output_tokens: 20 } };
    expect(imageEditsDialect.readAnswer(Buffer.from(JSON.stringify(answer)), 'application/json')?.usage).toMatchObject({
      promptTokens: 300,
      completionTokens: 20,
      imageCompletionTokens: 20,
    });
  });
});
