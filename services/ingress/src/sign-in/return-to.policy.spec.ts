import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { HOME, returnToOf } from './return-to.policy.js';

describe('where to go on', () => {
  it.each(['/', '/docs', '/docs?a=b#c', '/a//b', '/%2f%2fevil.example'])('is a path of ours: %s', (path) => {
    expect(returnToOf(path)).toBe(path);
  });

  it.each([
    undefined,
    [['/docs']],
    '',
    'docs',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\tevil',
    '/\n/evil.example',
    'javascript:alert(1)',
    ' /docs',
    '/..//evil.example',
    '/.//evil.example',
    '/a b',
    `/${'a'.repeat(2_001)}`,
  ])('is the home page for %p', (wanted) => {
    expect(returnToOf(wanted)).toBe(HOME);
  });

  it('never leaves the origin, whatever is asked for', () => {
    const pieces = fc.array(
      fc.constantFrom('/', '\\', '.', '..', 'evil.example', ':', '@', '?', '#', '%2f', '\t', 'a'),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const target = returnToOf(`/${parts.join('')}`);
        expect(new URL(target, 'https://own.example').origin).toBe('https://own.example');
      }),
    );
  });
});
