import { describe, expect, it } from '@jest/globals';
import { costsCsv, costsPage } from './costs-answer.js';
import { readCostsQuery } from './costs-query.js';

const NOW = Date.UTC(2026, 10, 30, 12, 30);
const DAY = 86_400_000;
const read = (query: Record<string, unknown>, accept?: string) => readCostsQuery(query, accept, NOW);

describe('what is asked of a report of costs', () => {
  it('is the last seven days by day where nothing else is said', () => {
    const { report, buckets, nextPage, isCsv } = read({});
    expect(report).toEqual({ bucket: 'day', groupBy: [], only: {}, from: Date.UTC(2026, 10, 24), to: NOW });
    expect(buckets).toHaveLength(7);
    expect(buckets.at(-1)).toEqual({ startsAt: Date.UTC(2026, 10, 30), endsAt: Date.UTC(2026, 11, 1) });
    expect([nextPage, isCsv]).toEqual([null, false]);
  });

  it('goes on page by page until the end, every bucket once', () => {
    const query = {
      start_time: String(Date.UTC(2026, 8, 5) / 1_000),
      end_time: String(Date.UTC(2026, 9, 3) / 1_000),
      limit: '10',
    };
    const starts: number[] = [];
    let page: string | null | undefined;
    do {
      const answer = read({ ...query, ...(page ? { page } : {}) });
      expect(answer.report.from).toBe(answer.buckets[0]!.startsAt);
      expect(answer.report.to).toBe(answer.buckets.at(-1)!.endsAt);
      starts.push(...answer.buckets.map(({ startsAt }) => startsAt));
      page = answer.nextPage;
    } while (page);
    expect(starts).toEqual(Array.from({ length: 28 }, (_, index) => Date.UTC(2026, 8, 5) + index * DAY));
  });

  it('may be months, which are not of one length, and hours', () => {
    const months = read({ bucket_width: '1mo', from: '2026-01-15', to: '2026-03-02' });
    expect(months.buckets.map(({ startsAt }) => new Date(startsAt).toISOString().slice(0, 10))).toEqual([
      '2026-01-01',
      '2026-02-01',
      '2026-03-01',
    ]);
    expect(months.report).toMatchObject({ from: Date.UTC(2026, 0, 15), to: Date.UTC(2026, 2, 2) });
    expect(read({ bucket_width: '1h', limit: '2' }).buckets.map(({ startsAt }) => startsAt)).toEqual(
      [NOW - DAY / 16, NOW - DAY / 48].map((at) => Math.floor(at / 3_600_000) * 3_600_000),
    );
  });

  it('takes OpenAI’s names, as its client writes them', () => {
    expect(
      read({ 'group_by[]': ['project_id', 'line_item'], 'project_ids[]': ['search'], 'api_key_ids[]': 'ci' }).report,
    ).toMatchObject({
      groupBy: ['project', 'model'],
      only: { project: ['search'], key: ['ci'] },
    });
    expect(read({ group_by: 'tag,model', model: 'a,b' }, 'text/csv')).toMatchObject({
      report: { groupBy: ['tag', 'model'], only: { model: ['a', 'b'] } },
      isCsv: true,
    });
  });

  it.each([
    { group_by: 'moon' },
    { group_by: 'tag,end_user' },
    { group_by: 'tag', end_user: 'ann' },
    { bucket_width: '1m' },
    { limit: '0' },
    { limit: '181' },
    { page: 'x' },
    { start_time: '-1' },
    { from: '2026-02-01', to: '2026-01-01' },
    { modle: 'a' },
    { format: 'xml' },
  ])('is refused for %p', (query) => expect(() => read(query)).toThrow());
});

describe('the answer on costs', () => {
  const at = Date.UTC(2026, 10, 29);
  const row = {
    bucketStartsAt: at,
    groups: ['=cmd', 'search'],
    requests: 2,
    chargedNanoUsd: '1500000000',
    savedNanoUsd: '-3',
  };
  const books = { providerCostNanoUsd: '1', wasteNanoUsd: '2', overrunNanoUsd: '0', markupNanoUsd: '-5' };

  it('is a page of OpenAI’s, with what Switchyard knows beside', () => {
    const buckets = [at, at + DAY].map((startsAt) => ({ startsAt, endsAt: startsAt + DAY }));
    const page = costsPage(['model', 'project'], [{ ...row, books }], { buckets, nextPage: 'page_1' });
    expect(page).toMatchObject({ object: 'page', has_more: true, next_page: 'page_1' });
    expect(page.data).toEqual([
      {
        object: 'bucket',
        start_time: at / 1_000,
        end_time: at / 1_000 + 86_400,
        results: [
          {
            object: 'organization.costs.result',
            amount: { value: 1.5, currency: 'usd' },
            line_item: '=cmd',
            project_id: 'search',
            api_key_id: null,
            model: '=cmd',
            project: 'search',
            requests: 2,
            charged_nano_usd: '1500000000',
            saved_nano_usd: '-3',
            provider_cost_nano_usd: '1',
            platform_waste_nano_usd: '2',
            overrun_nano_usd: '0',
            markup_nano_usd: '-5',
          },
        ],
      },
      expect.objectContaining({ results: [] }),
    ]);
  });

  it('is a table in which a name is no formula and a number below zero is one still', () => {
    expect(
      costsCsv(['model', 'project'], [{ ...row, books }, row])
        .split('\r\n')
        .slice(1),
    ).toEqual([
      "2026-11-29T00:00:00.000Z,'=cmd,search,2,1.5,-0.000000003,0.000000001,0.000000002,0,-0.000000005",
      "2026-11-29T00:00:00.000Z,'=cmd,search,2,1.5,-0.000000003,,,,",
      '',
    ]);
  });
});
