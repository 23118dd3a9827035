import { describe, expect, it } from '@jest/globals';
import type { ModelEntry, RoutingPolicy } from '#libs/contracts';
import { dialectNamed } from '#libs/dialects';
import { NeededFacts } from './needed-facts.js';
import { textFacts } from './text-facts.js';

const TIMEOUTS = { firstByteMilliseconds: 1, idleMilliseconds: 1, totalMilliseconds: 1 };
const model = (name: string, routing?: RoutingPolicy, more: Partial<ModelEntry> = {}): ModelEntry => ({
  name,
  strategy: 'priority',
  timeouts: TIMEOUTS,
  targets: [],
  ...(routing ? { routing } : {}),
  ...more,
});
const rule = (when: string, more: object = {}) => ({ rules: [{ name: 'r', when, ...more }] });
const levels = { cheap: 0.8, balanced: 0.5, best: 0.2 };
const models = [
  model('plain', rule('request.stream && request.model == "x"')),
  model('tasked', rule('request.task == "code" || request.language == "de"')),
  model('leading', rule('request.stream', { useModel: 'tasked' })),
  model('falling', { fallbacks: { contextTooLong: ['auto:cheap'] } }),
  model('auto', undefined, { auto: { weak: 'plain', strong: 'leading', levels } }),
  model('circle', rule('request.difficulty > 0.5', { useModel: 'circle' })),
];
const needed = new NeededFacts({ models });
const needsOf = (name: string, wishes = {}) => [...needed.of(name, wishes)].toSorted();

describe('NeededFacts', () => {
  it.each([
    ['plain', []],
    ['unknown', []],
    ['tasked', ['language', 'task']],
    ['leading', ['language', 'task']],
    ['auto', ['difficulty', 'language', 'task']],
    ['falling', ['difficulty', 'language', 'task']],
    ['circle', ['difficulty']],
  ])('names the text facts that a decision on %s may ask for', (name, facts) => {
    expect(needsOf(name)).toEqual(facts);
  });

  it('counts models that the caller wishes to fall back to', () => {
    expect(needsOf('plain', { models: ['circle', 'none'] })).toEqual(['difficulty']);
    expect(needsOf('plain', { targets: [{ model: 'auto:best' }, { provider: 'p' }] })).toEqual([
      'difficulty',
      'language',
      'task',
    ]);
  });

  it('counts the policies that are being tried', () => {
    const trial = { revision: 2, share: 0.1, models: [model('plain', rule('request.task == "code"'))] };
    expect([...new NeededFacts({ models, trial }).of('plain', undefined)]).toEqual(['task']);
  });
});

describe('text facts', () => {
  const read = (body: object, ...needs: ('task' | 'language' | 'difficulty')[]) => {
    const dialect = dialectNamed('openai-chat');
    const bytes = Buffer.from(JSON.stringify({ model: 'm', ...body }));
    return textFacts(
      { dialect, body: bytes, facts: dialect.readFacts(bytes) },
      new Set(needs),
      (text) => text.length / 100,
    );
  };
  const messages = [
    { role: 'system', content: 'Answer in German.' },
    { role: 'user', content: 'Write a Python function that reverses a list' },
  ];

  it('tell what is needed, and no more', () => {
    expect(read({ messages }, 'task')).toEqual({ task: 'code' });
    expect(read({ messages }, 'language', 'difficulty')).toEqual({ language: 'en', difficulty: 0.44 });
    expect(read({ messages })).toEqual({});
  });

  it('know the task of a prompt with an image without a look at its words', () => {
    const content = [{ type: 'image_url', image_url: { url: 'https://x/y.png' } }];
    expect(read({ messages: [{ role: 'user', content }] }, 'task')).toEqual({ task: 'vision' });
  });
});
