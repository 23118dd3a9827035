import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { patternsOf } from './access/access-patterns.js';
import type { SubjectName } from './access/service-access.js';
import { requestId, slug } from './identifiers.js';
import { Subject } from './subjects.js';

/** Each would reach other subjects, or break the line of the protocol, if it stood in a subject as it is. */
const HOSTILE = [
  '',
  '*',
  '>',
  '.',
  'a.b',
  '.a',
  'a.',
  'a.*',
  'a.>',
  'a b',
  'a\tb',
  'a\r\nPUB stolen 0\r\n',
  'a\n',
  'a\0b',
  'A',
  'ä',
  'ａ',
  'a\u2028b',
  '$JS',
  '_INBOX',
  '-a',
  'a'.repeat(64),
];
const TOKEN = /^[A-Za-z0-9_-]+$/;
/** What somebody may try, often near to what a name may be. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 70 }),
  fc.stringMatching(/^[a-z0-9.*> _\r\n-]{1,8}$/),
  fc.stringMatching(/^req_[A-Za-z0-9.*> _\n-]{6,12}$/),
);
const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);

const built = (Object.keys(Subject) as SubjectName[]).flatMap((key) => {
  const build = Subject[key] as string | ((...parts: readonly string[]) => string);
  return typeof build === 'string' ? [] : [{ key, build, parts: build.length }];
});

/** Whether a subscription to the pattern hears the subject. */
function hears(pattern: string, subject: string): boolean {
  const [wanted, told] = [pattern.split('.'), subject.split('.')];
  return wanted.length === told.length && wanted.every((token, at) => token === '*' || token === told[at]);
}

describe('names that stand in subjects', () => {
  it.each(HOSTILE)('are not %j', (text) => {
    expect(slug.safeParse(text).success).toBe(false);
    expect(requestId.safeParse(`req_${text}`).success).toBe(text.length === 64);
  });

  it('are one token, whatever else they are', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        if (slug.safeParse(text).success || requestId.safeParse(text).success) expect(text).toMatch(TOKEN);
      }),
      { numRuns: 2_000 },
    );
  });

  it('lead to a subject of their kind, which nobody hears who listens for other names', () => {
    expect(built.length).toBeGreaterThan(10);
    for (const { key, build, parts } of built) {
      const names = fc.array(name, { minLength: parts, maxLength: parts });
      fc.assert(
        fc.property(names, names, (ours, theirs) => {
          const subject = build(...ours);
          for (const token of subject.split('.')) expect(token).toMatch(TOKEN);
          expect(build(...ours.map(() => '*')).split('.')).toHaveLength(subject.split('.').length);
          // Whoever listens for one of our names, and whatever else, hears of no other.
          ours.forEach((own, at) => {
            const listener = build(...ours.map((_, index) => (index === at ? own : '*')));
            expect([key, hears(listener, build(...theirs))]).toEqual([key, theirs[at] === own]);
          });
        }),
        { numRuns: 50 },
      );
    }
  });

  it('make no subject of one kind out of another', () => {
    const kinds = (Object.keys(Subject) as SubjectName[]).map((key) => [key, patternsOf(key)] as const);
    fc.assert(
      fc.property(
        fc.constantFrom(...built),
        fc.array(name, { minLength: 3, maxLength: 3 }),
        ({ key, build }, names) => {
          const subject = build(...names);
          const others = kinds.filter(
            ([other, patterns]) => other !== key && patterns.some((one) => hears(one, subject)),
          );
          expect(others.map(([other]) => other)).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });
});
