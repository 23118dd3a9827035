import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Command } from 'commander';
import { TerminalForTests } from '../call-api/terminal.fixture.js';
import { reconcileCommand } from './reconcile.command.js';
import { reportCommands } from './report-commands.js';

const reconciliation = {
  object: 'reconciliation',
  providers: ['openai'],
  from: '2026-11-01',
  to: '2026-11-02',
  tolerance: 0.01,
  agrees: false,
  compared: 2,
  agreed: 1,
  totals: [{ what: 'cost', ours: '2', theirs: '1', ours_usd: '0.000000002', theirs_usd: '0.000000001' }],
  differences: [{ day: '2026-11-01', model: 'gpt-4o', what: 'prompt_tokens', ours: '10', theirs: '12' }],
};
const bucket = (requests: number, charged: string) => ({
  start_time: Date.UTC(2026, 10, 1) / 1_000,
  results: [{ project: 'search', requests, charged_nano_usd: charged, saved_nano_usd: '-1' }],
});
const ANSWERS: Record<string, unknown> = {
  '/v1/usage': {
    group_by: 'model',
    data: [{ model: 'gpt-small', requests: 2, prompt_tokens: 10, completion_tokens: 5, cost_nano_usd: '1500000000' }],
  },
  '/v1/costs': { data: [bucket(2, '1500000000'), bucket(1, '500000000')], has_more: true },
  '/admin/v1/invoices': {
    id: 'inv_demo_2026-11',
    status: 'closed',
    lines: [{ project: 'search', model: 'gpt-small', requests: 3, amount_usd: '2' }],
    charged_usd: '2',
    credit_used_usd: '0.5',
    due_usd: '1.5',
    in_currency: { currency: 'EUR', due: '1.388888889', rate_usd: '1.08', rates_version: 'rates_0123456789abcdef' },
  },
  '/admin/v1/reconciliations': reconciliation,
};

describe('reports in the terminal', () => {
  let folder: string;
  let exitCode: number | undefined;
  let refusal: object | undefined;
  const terminal = new TerminalForTests(({ url }) => {
    if (refusal) return { status: 400, body: refusal };
    return { body: url.searchParams.get('format') === 'csv' ? 'model,requests\r\n' : ANSWERS[url.pathname] };
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-reports-'));
    await terminal.start();
  });
  beforeEach(() => {
    [exitCode, refusal] = [undefined, undefined];
    terminal.listen();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    await terminal.stop();
    await rm(folder, { recursive: true });
  });

  const run = async (name: string, ...flags: string[]): Promise<void> => {
    const commands: Command[] = [...reportCommands(), reconcileCommand((code) => (exitCode = code))];
    await terminal.run(
      commands.find((one) => one.name() === name)!,
      ...flags,
    );
  };

  it('show usage by groups, bound to values', async () => {
    await run(
      'usage',
      '--group-by',
      'model',
      '--from',
      '2026-11-01',
      '--only',
      'project=search',
      '--only',
      'key=ci',
      '--organization',
      'acme',
    );
    expect(Object.fromEntries(terminal.asked[0]!.url.searchParams)).toEqual({
      group_by: 'model',
      from: '2026-11-01',
      project: 'search',
      key: 'ci',
      organization: 'acme',
    });
    expect(terminal.printed).toContain('gpt-small  2         10             5                  $1.5');
  });

  it('show costs by time with their sum, and that there is more', async () => {
    await run('costs', '--group-by', 'project', '--by', '1mo', '--buckets', '2');
    expect(Object.fromEntries(terminal.asked[0]!.url.searchParams)).toEqual({
      group_by: 'project',
      bucket_width: '1mo',
      limit: '2',
    });
    expect(terminal.printed).toContain('2026-11-01T00:00  search   2         $1.5     $-0.000000001');
    expect(terminal.printed).toContain('$2       $-0.000000002');
    expect(terminal.printed).toContain('There is more');
  });

  it('show an invoice, in another currency beside', async () => {
    await run('invoice', '--period', '2026-11', '--organization', 'demo', '--currency', 'EUR');
    expect(terminal.asked[0]!.url.search).toBe('?period=2026-11&organization=demo&currency=EUR');
    expect(terminal.printed).toContain('Invoice inv_demo_2026-11, closed');
    expect(terminal.printed).toContain('In EUR: 1.388888889 due, at $1.08 (rates_0123456789abcdef)');
  });

  it.each(['usage', 'costs', 'invoice'])('print %s as it comes, as JSON or CSV', async (name) => {
    const needed = name === 'invoice' ? ['--period', '2026-11'] : [];
    await run(name, ...needed, '--json');
    expect(JSON.parse(terminal.printed)).toEqual(ANSWERS[terminal.asked[0]!.url.pathname]);
    terminal.printed = '';
    await run(name, ...needed, '--csv');
    expect(terminal.printed).toBe('model,requests\r\n');
  });

  it.each([
    ['invoice', '--period', '2026-13'],
    ['costs', '--by', '1w'],
    ['costs', '--buckets', '0'],
    ['costs', '--buckets', '181'],
    ['usage', '--only', 'model'],
    ['reconcile', '--provider', 'openai', '--file', 'x', '--tolerance', '2'],
  ])('refuse wrong arguments before anything is asked: %s %s %s', async (name, ...flags) => {
    await expect(run(name, ...flags)).rejects.toMatchObject({ code: 'commander.invalidArgument' });
    expect(terminal.asked).toEqual([]);
  });

  it('hold a report against the record, and leave with 2 where something differs', async () => {
    const file = join(folder, 'costs.csv');
    await writeFile(file, 'start_time,amount_value\n');
    await run('reconcile', '--provider', 'openai', '--file', file, '--tolerance', '0.02');
    expect(terminal.asked[0]!.route).toMatch(/^POST /);
    expect(terminal.asked[0]!.body).toEqual({
      provider: 'openai',
      content: 'start_time,amount_value\n',
      tolerance: 0.02,
    });
    expect(terminal.printed).toContain('1 of 2 amounts agree.');
    expect(terminal.printed).toMatch(/2026-11-01 +gpt-4o +prompt_tokens +10 +12/);
    expect(exitCode).toBe(2);
    refusal = { error: { message: 'The file, line 2, is wrong.', code: 'invalid_export' } };
    await expect(run('reconcile', '--provider', 'openai', '--file', file)).rejects.toThrow(`${file}: The file, line 2`);
    await expect(run('reconcile', '--provider', 'openai', '--file', `${file}.x`)).rejects.toThrow(
      `There is no file ${file}.x`,
    );
  });
});
