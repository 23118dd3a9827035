import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TerminalForTests, type Answer } from '../call-api/terminal.fixture.js';
import type { ExplainedRoute } from './explained-route.js';
import { routeCommand } from './route.command.js';

const ROUTE: ExplainedRoute = {
  object: 'route.explanation',
  model: 'gpt-small',
  configuration_revision: 12,
  strategy: 'priority',
  rule: 'night',
  candidates: [
    { provider: 'main', model: 'gpt', outcome: 'planned', rank: 0, reason: 'priority 1' },
    { provider: 'spare', model: 'gpt', outcome: 'planned', rank: 1, reason: 'priority 2', serves_model: 'gpt-big' },
    { provider: 'abroad', model: 'gpt', outcome: 'dropped', filter: 'region', reason: 'its region us is not among eu' },
  ],
  plan: [
    { provider: 'main', model: 'gpt', timeouts: {} },
    { provider: 'spare', model: 'gpt', serves_model: 'gpt-big', only_after: 'content_filter', timeouts: {} },
  ],
  execution: null,
  refusal: null,
  facts: { estimated_prompt_tokens: 9, difficulty: 0.256, tags: ['night'], lane: 'interactive' },
};
const REFUSED: ExplainedRoute = {
  ...ROUTE,
  rule: null,
  plan: [],
  candidates: ROUTE.candidates.slice(2),
  refusal: { class: 'no_target', code: 'no_eligible_target', message: 'No target is left.', status: 404 },
  facts: {},
};

describe('switchyard route explain', () => {
  let folder: string;
  let answer: Answer;
  let ended: number[];
  const terminal = new TerminalForTests(() => answer);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'switchyard-route-'));
    await terminal.start();
  });
  beforeEach(() => {
    [answer, ended] = [{ body: ROUTE }, []];
    terminal.listen();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    await terminal.stop();
    rmSync(folder, { recursive: true });
  });

  const run = (...line: string[]) =>
    terminal.run(
      routeCommand((code) => ended.push(code)),
      'explain',
      ...line,
    );
  function file(content: string): string {
    const path = join(folder, 'request.json');
    writeFileSync(path, content);
    return path;
  }

  it('asks for a short chat with the model, with the key, and shows order, reasons and what is left out', async () => {
    await run('--model', 'gpt-small');
    expect(terminal.asked).toMatchObject([
      {
        route: 'POST /v1/route/explain',
        headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
        body: {
          path: '/v1/chat/completions',
          body: { model: 'gpt-small', messages: [{ role: 'user', content: 'Say hello' }] },
        },
      },
    ]);
    expect(terminal.printed.split('\n')).toEqual([
      'gpt-small: strategy priority, rule "night"; configuration revision 12.',
      '',
      'Tried in this order:',
      '     target                  why',
      '  1  main/gpt                priority 1',
      '  2  spare/gpt (as gpt-big)  only after content_filter; priority 2',
      '',
      'Left out:',
      '  target      by      why',
      '  abroad/gpt  region  its region us is not among eu',
      '',
      'Decided on about 9 prompt tokens, difficulty 0.26, tags night; --json shows all of it.',
      '',
    ]);
    expect(ended).toEqual([0]);
  });

  it('sends the request of a file to be explained as it is, for its address and with its headers', async () => {
    const body = { model: 'gpt-small', max_tokens: 5, messages: [], odd: { x: [1] } };
    const path = file(JSON.stringify(body));
    await run(path, '--endpoint', '/v1/messages', '--header', 'X-Switchyard-Tags: night', '--header', 'x-other:1');
    await run(path, '--model', 'gpt-big');
    expect(terminal.asked).toMatchObject([
      { headers: { 'x-switchyard-tags': 'night', 'x-other': '1' }, body: { path: '/v1/messages', body } },
      { body: { path: '/v1/chat/completions', body: { ...body, model: 'gpt-big' } } },
    ]);
  });

  it('prints all that was answered as one object with --json', async () => {
    await run('--model', 'gpt-small', '--json');
    expect(JSON.parse(terminal.printed)).toEqual(ROUTE);
  });

  it('says why nobody would serve it, and leaves with 2', async () => {
    answer = { body: REFUSED };
    await run('--model', 'gpt-small');
    expect(terminal.printed).toContain('Refused with 404 no_eligible_target: No target is left.\n\nLeft out:\n');
    expect(terminal.printed).not.toContain('Tried in this order');
    expect(ended).toEqual([2]);
  });

  it('tells a refusal of the request itself in the words of the API', async () => {
    answer = { status: 404, body: { error: { code: 'model_not_found', message: "There is no model 'x'." } } };
    await expect(run('--model', 'x')).rejects.toMatchObject({ message: "There is no model 'x'.", exitCode: 1 });
    expect([terminal.printed, ended]).toEqual(['', []]);
  });

  it.each([
    [[], 'Name a FILE with a request, or a model with --model.'],
    [['--model', 'x', '--endpoint', '/v1/messages'], '--endpoint needs a FILE'],
    [['--model', 'x', '--header', 'no colon'], 'It must be like "X-Switchyard-Tags: night".'],
    [['--model', 'x', '--header', 'Authorization: Bearer y'], 'The key is given with --key'],
  ])('asks nothing where arguments make no request: %j', async (line, words) => {
    await expect(run(...line)).rejects.toMatchObject({ exitCode: 1 });
    expect(terminal.complained).toContain(words);
    expect(terminal.asked).toEqual([]);
  });

  it('names a file that holds no request, or is not there, and what to do', async () => {
    for (const text of ['[]', '{', '"x"', ''])
      await expect(run(file(text))).rejects.toThrow('request.json is not the body of a request: it must be one JSON');
    await expect(run(join(folder, 'none.json'))).rejects.toThrow('There is no file');
    await expect(run(file('{}'), '--prompt', 'x')).rejects.toMatchObject({ exitCode: 1 });
    expect(terminal.asked).toEqual([]);
  });
});
