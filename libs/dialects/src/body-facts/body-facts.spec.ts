import { describe, expect, it } from '@jest/globals';
import { dialectNamed } from '../dialects.js';
import { metadataOf, tagsOf } from './metadata.js';

const PNG = 'data:image/png;base64,AA';
const chat = (fields: object, content: unknown = 'hi') =>
  ['openai-chat', { model: 'm', messages: [{ role: 'user', content }], ...fields }] as const;
const messages = (fields: object, content: unknown = 'hi') =>
  ['anthropic-messages', { model: 'm', max_tokens: 5, messages: [{ role: 'user', content }], ...fields }] as const;
const responses = (fields: object, content: unknown = 'hi') =>
  ['openai-responses', { model: 'm', input: [{ role: 'user', content }], ...fields }] as const;
const factsOf = ([dialect, body]: readonly [string, object]) =>
  dialectNamed(dialect).readFacts(Buffer.from(JSON.stringify(body)));

const image = { type: 'image_url', image_url: { url: PNG } };
const pdf = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AA' } };

describe('facts of bodies', () => {
  it.each([
    ['tools', chat({ tools: [{ type: 'function', function: { name: 'f' } }] }), { usesTools: true }],
    ['functions of old', chat({ functions: [{ name: 'f' }] }), { usesTools: true }],
    ['tools of a response', responses({ tools: [{ type: 'web_search' }] }), { usesTools: true }],
    ['tools of a message', messages({ tools: [{ name: 'f', input_schema: {} }] }), { usesTools: true }],
    ['a schema', chat({ response_format: { type: 'json_schema', json_schema: {} } }), { jsonSchema: true }],
    ['a schema of a response', responses({ text: { format: { type: 'json_schema' } } }), { jsonSchema: true }],
    ['a schema of a message', messages({ output_config: { format: { type: 'json_schema' } } }), { jsonSchema: true }],
    ['an image', chat({}, [{ type: 'text', text: 'x' }, image, image]), { inputModalities: ['image'] }],
    ['audio', chat({}, [{ type: 'input_audio', input_audio: {} }]), { inputModalities: ['audio'] }],
    ['a file', chat({}, [{ type: 'file', file: { file_id: 'f' } }]), { inputModalities: ['pdf'] }],
    ['a file that is an image', chat({}, [{ type: 'file', file: { file_data: PNG } }]), { inputModalities: ['image'] }],
    ['a video', chat({}, [{ type: 'video_url', video_url: {} }]), { inputModalities: ['video'] }],
    ['a document', messages({}, [pdf]), { inputModalities: ['pdf'] }],
    [
      'an image that a tool answers',
      messages({}, [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'image', source: {} }] }]),
      { inputModalities: ['image'] },
    ],
    [
      'an image of a response',
      responses({}, [{ type: 'input_image', image_url: PNG }]),
      { inputModalities: ['image'] },
    ],
    [
      'the picture of a screen',
      responses({ input: [{ type: 'computer_call_output', output: { type: 'computer_screenshot' } }] }),
      { inputModalities: ['image'] },
    ],
    ['metadata', chat({ metadata: { plan: 'gold', n: 1 } }), { metadata: { plan: 'gold' } }],
    ['tags', chat({ metadata: { tags: ['a', ' b ', 1] } }), { tags: ['a', 'b'], ownMembers: ['metadata'] }],
    ['a session', chat({ session_id: 's', prompt_cache_key: 'k' }), { session: 's', ownMembers: ['session_id'] }],
    ['the key of a cache', responses({ prompt_cache_key: 'k' }), { session: 'k' }],
    ['fallbacks of a message', messages({ fallbacks: [{ model: 'n' }] }), { wishes: { models: ['n'] } }],
    ['wishes of a response', responses({ provider: { zdr: true } }), { wishes: { zeroRetention: true } }],
    [
      'fallbacks of a completion',
      ['openai-completions', { model: 'm', prompt: 'x', fallbacks: ['n'] }] as const,
      { wishes: { models: ['n'] }, ownMembers: ['fallbacks'] },
    ],
  ])('tell %s', (_what, request, facts) => {
    expect(factsOf(request)).toMatchObject(facts);
  });

  it.each([
    ['openai-chat', chat({ tools: [], response_format: { type: 'json_object' }, metadata: null })],
    ['a choice of no tool', chat({ tools: [{ type: 'function' }], tool_choice: 'none' })],
    ['anthropic-messages', messages({ metadata: { user_id: 'u' } }, [{ type: 'text', text: 'x' }])],
    ['a document of text', messages({}, [{ type: 'document', source: { type: 'text', data: 'x' } }])],
    ['openai-responses', responses({ text: { format: { type: 'text' } } })],
  ])('are absent where nothing is said: %s', (_what, request) => {
    const facts = factsOf(request);
    for (const name of ['usesTools', 'jsonSchema', 'inputModalities', 'metadata', 'tags', 'session', 'wishes'])
      expect(facts).not.toHaveProperty(name);
  });

  it.each([chat({ session_id: 's' }), responses({ session_id: 's' }), messages({ session_id: 's' })])(
    'keep from providers what they would refuse: %j',
    (name, body) => {
      const bytes = Buffer.from(JSON.stringify(body));
      const dialect = dialectNamed(name);
      const sent = JSON.parse(Buffer.from(dialect.providerBody(bytes, dialect.readFacts(bytes), 'n')).toString());
      expect(sent).toMatchObject({ model: 'n' });
      expect(sent).not.toHaveProperty('session_id');
    },
  );

  it('are bounded', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, 'v']));
    expect(Object.keys(metadataOf(many) ?? {})).toHaveLength(16);
    expect(metadataOf({ long: 'x'.repeat(513), ['k'.repeat(65)]: 'v' })).toBeUndefined();
    expect(tagsOf(Array.from({ length: 30 }, (_, index) => `t${index}`))).toHaveLength(20);
    expect(tagsOf(['', 'x'.repeat(101), 'a', 'a'])).toEqual(['a']);
  });
});

describe('the words of a prompt', () => {
  const wordsOf = ([dialect, body]: readonly [string, object]) =>
    dialectNamed(dialect).promptText?.(Buffer.from(JSON.stringify(body)));

  it.each([
    chat({
      messages: [
        { role: 'developer', content: 's' },
        { role: 'user', content: 'old' },
        { role: 'user', content: 'u' },
      ],
    }),
    chat({
      messages: [
        { role: 'system', content: 's' },
        { role: 'user', content: [image, { type: 'text', text: 'u' }] },
      ],
    }),
    messages({ system: [{ type: 'text', text: 's' }] }, 'u'),
    responses({ instructions: 's', input: 'u' }),
    responses({ instructions: 's' }, [{ type: 'input_text', text: 'u' }]),
  ])('are the system message and the last of the user: %j', (dialect, body) => {
    expect(wordsOf([dialect, body])).toEqual({ system: 's', lastUser: 'u' });
  });

  it('are the prompt of a completion', () => {
    expect(wordsOf(['openai-completions', { model: 'm', prompt: ['u', 'v'] }])).toEqual({ system: '', lastUser: 'u' });
    expect(wordsOf(['openai-completions', { model: 'm', prompt: [1, 2] }])).toEqual({ system: '', lastUser: '' });
  });

  it('are cut to 4 KB, with beginning and end', () => {
    const { lastUser = '' } = wordsOf(chat({}, `begin ${'x'.repeat(100_000)} end`)) ?? {};
    expect(lastUser).toHaveLength(4_096);
    expect([lastUser.slice(0, 5), lastUser.slice(-3)]).toEqual(['begin', 'end']);
  });
});
