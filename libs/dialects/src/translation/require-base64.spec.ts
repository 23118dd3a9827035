import { describe, expect, it } from '@jest/globals';
import { dialectNamed } from '../dialects.js';
import { requireBase64 } from './require-base64.js';

const NOT_BASE64 = '@@ no bytes @@';

/** The request that holds a file, by the place where the file stands. */
const REQUESTS: readonly (readonly [dialect: string, param: string, body: object])[] = [
  [
    'openai-chat',
    'messages[0].content[0].image_url.url',
    {
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${NOT_BASE64}` } }] },
      ],
    },
  ],
  [
    'openai-responses',
    'input[0].content[0].image_url',
    {
      input: [{ role: 'user', content: [{ type: 'input_image', image_url: `data:image/png;base64,${NOT_BASE64}` }] }],
    },
  ],
  [
    'anthropic-messages',
    'messages[0].content[0].source.data',
    {
      max_tokens: 5,
      messages: [
        {
          role: 'user',
          content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: NOT_BASE64 } }],
        },
      ],
    },
  ],
  [
    'anthropic-messages',
    'messages[0].content[0].source.data',
    {
      max_tokens: 5,
      messages: [
        {
          role: 'user',
          content: [{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: NOT_BASE64 } }],
        },
      ],
    },
  ],
];

describe('bytes that stand in a request', () => {
  it.each(REQUESTS)(
    'of the dialect %s are refused by their place %s where they are no base64',
    (dialect, param, body) => {
      const bytes = Buffer.from(JSON.stringify({ model: 'm', ...body }));
      expect(() => dialectNamed(dialect).translation?.readRequest(bytes)).toThrow(
        expect.objectContaining({ status: 400, code: 'invalid_file', param }),
      );
    },
  );

  it.each([
    ['iVBORw0KGgo=', 'iVBORw0KGgo='],
    ['iVBO\r\nRw0K\nGgo=', 'iVBORw0KGgo='],
    ['_-8', '_-8'],
  ])('pass as %j', (text, passed) => {
    expect(requireBase64(text, 'p')).toBe(passed);
  });

  it.each(['', '=', 'a=b', '%2B'])('are none as %j', (text) => {
    expect(() => requireBase64(text, 'p')).toThrow("'p' holds no bytes in base64");
  });
});
