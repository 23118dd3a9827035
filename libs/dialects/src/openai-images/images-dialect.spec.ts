import { describe, expect, it } from '@jest/globals';
import { imagesDialect } from './images-dialect.js';

const facts = (value: unknown): ReturnType<typeof imagesDialect.readFacts> =>
  imagesDialect.readFacts(Buffer.from(JSON.stringify(value)));
const answer = (value: unknown): ReturnType<typeof imagesDialect.readAnswer> =>
  imagesDialect.readAnswer(Buffer.from(JSON.stringify(value)), 'application/json');

describe('imagesDialect', () => {
  it('reads a request', () => {
    expect(facts({ model: 'draw', prompt: 'a cat', stream: false })).toMatchObject({
      operation: 'image_generation',
      model: 'draw',
      estimatedPromptTokens: 2,
    });
  });

  it('tells which images are asked for, and nothing where that is left to the provider', () => {
    const asked = { model: 'm', prompt: 'a yard' };
    expect(facts({ ...asked, size: '1024x1792', quality: 'hd' }).image).toEqual({ size: '1024x1792', quality: 'hd' });
    expect(facts({ ...asked, size: null, quality: 'low' }).image).toEqual({ quality: 'low' });
    expect(facts(asked).image).toBeUndefined();
  });

  it('tells how many images are asked for', () => {
    const choices = (n: unknown) => facts({ model: 'draw', prompt: 'a cat', n }).choices;
    expect([choices(8), choices(1), choices(null)]).toEqual([8, undefined, undefined]);
  });

  it.each([
    [{ prompt: 'a cat' }, 'model'],
    [{ model: 'draw' }, 'prompt'],
    [{ model: 'draw', prompt: 'a cat', n: 11 }, 'n'],
    [{ model: 'draw', prompt: 'a cat', stream: true }, 'stream'],
  ])('refuses %j and names the field', (value, param) => {
    expect(() => facts(value)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it('reads the usage of an answer where the provider reports one', () => {
    const usage = { input_tokens: 5, output_tokens: 4160, total_tokens: 4165 };
    expect(answer({ created: 1, data: [{ b64_json: 'AA==' }], usage })).toEqual({
      usage: { promptTokens: 5, completionTokens: 4160, imageCompletionTokens: 4160, images: 1 },
      characters: 0,
    });
    const details = { input_tokens_details: { image_tokens: 3 }, output_tokens_details: { image_tokens: 4000 } };
    expect(answer({ created: 1, data: [{ b64_json: 'AA==' }], usage: { ...usage, ...details } })?.usage).toEqual({
      promptTokens: 5,
      completionTokens: 4160,
      imagePromptTokens: 3,
      imageCompletionTokens: 4000,
      images: 1,
    });
    const urls = ['1', '2'].map((name) => ({ url: `https://images.example/${name}.png` }));
    expect(answer({ created: 1, data: urls })).toEqual({
      usage: { promptTokens: 0, completionTokens: 0, images: 2 },
      characters: 0,
    });
    expect(answer({ created: 1, data: [{}] })).toBeUndefined();
  });
});
