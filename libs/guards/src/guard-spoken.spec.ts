import { describe, expect, it } from '@jest/globals';
import type { GuardEntry } from '#libs/contracts';
import { AnswerStream } from './answers/answer-stream.js';
import { guardsOn } from './compiled-guard.js';
import { judgeSpoken } from './guard-spoken.js';
import { Placeholders } from './masking/placeholders.js';
import { noSources } from './sources.fixture.js';

const common = { on: ['answer' as const], timeoutMilliseconds: 100, onFailure: 'refuse' as const };
const names = (action: 'block' | 'mask' | 'note'): GuardEntry => ({
  ...common,
  name: 'names',
  kind: 'presidio',
  url: 'https://presidio.example',
  language: 'en',
  entities: ['PERSON'],
  leastScore: 0.5,
  action,
});
const ours: GuardEntry = { ...common, name: 'ours', kind: 'webhook', url: 'https://guard.example', action: 'block' };
const findsAnna = {
  ...noSources,
  presidio: (text: string) =>
    Promise.resolve(
      [...text.matchAll(/Anna Berg/g)].map(({ index }) => ({ start: index, end: index + 9, class: 'person' as const })),
    ),
};

const stream = ['I saw An', 'na Be', 'rg, and Anna', ' Berg saw me'].map(
  (content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`,
);
const END = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;
const events = Buffer.from(stream.join('') + END);

function spokenIn(): readonly string[] {
  const heard = new AnswerStream([], new Placeholders(), true);
  heard.push(events);
  heard.end();
  return heard.spoken;
}

describe('a stream that others are asked about', () => {
  it('is shown to them as the texts that its pieces make', () => {
    expect(spokenIn()).toEqual(['I saw Anna Berg, and Anna Berg saw me']);
  });

  it('is masked where a plug-in found something, however that was cut', async () => {
    const { guards } = await judgeSpoken(spokenIn(), guardsOn('answer', [names('mask')]), findsAnna);
    const passing = new AnswerStream(guards, new Placeholders());
    const text = passing.push(events) + passing.end();
    const said = [...text.matchAll(/"content":"([^"]*)"/g)].map(([, content]) => content).join('');
    expect(said).toBe('I saw [PERSON], and [PERSON] saw me');
    expect(passing.verdicts).toMatchObject([{ verdict: 'masked', found: [{ class: 'person', count: 2 }] }]);
  });

  it('is refused where a plug-in found something and its policy blocks', async () => {
    const { guards } = await judgeSpoken(spokenIn(), guardsOn('answer', [names('block')]), findsAnna);
    expect(() => new AnswerStream(guards, new Placeholders()).push(events)).toThrow("The guard 'names' blocked");
  });

  it('is refused where somebody who judges the whole says so, or says nothing', async () => {
    const guards = guardsOn('answer', [ours]);
    const blocking = { ...noSources, webhook: () => Promise.resolve({ flagged: ['gossip'] }) };
    await expect(judgeSpoken(spokenIn(), guards, blocking)).rejects.toMatchObject({ code: 'guard_blocked' });
    await expect(judgeSpoken(spokenIn(), guards, noSources)).rejects.toMatchObject({ code: 'guard_unavailable' });
    const passing = { ...noSources, webhook: () => Promise.resolve({ flagged: [] }) };
    expect(await judgeSpoken(spokenIn(), guards, passing)).toMatchObject({
      guards: [],
      verdicts: [{ verdict: 'pass' }],
    });
  });
});
