import { describe, expect, it } from '@jest/globals';
import { readAnthropicExport } from './anthropic-export.js';
import { csvRows } from './csv-rows.js';
import { scaledDecimal } from './decimal-amounts.js';
import { readOpenAiExport } from './openai-export.js';
import { summedRows } from './summed-rows.policy.js';

const START = Date.UTC(2026, 10, 1) / 1_000;
const openAiPage = (...results: object[]) => ({
  object: 'page',
  data: [{ object: 'bucket', start_time: START, end_time: START + 86_400, results }],
  has_more: false,
  next_page: null,
});
const cost = (value: number | string, line_item: string | null, currency = 'usd') => ({
  object: 'organization.costs.result',
  amount: { value, currency },
  line_item,
  project_id: null,
});
const anthropicPage = (...results: object[]) => ({
  data: [{ starting_at: '2026-11-01T00:00:00Z', ending_at: '2026-11-02T00:00:00Z', results }],
  has_more: false,
  next_page: null,
});

describe('OpenAI’s reports', () => {
  it('are costs by line item, in an answer of the API or several', () => {
    const first = openAiPage(cost(0.06, 'gpt-4o-2024-08-06, input'), cost(6e-7, 'gpt-4o-2024-08-06, output'));
    const text = JSON.stringify([{ ...first, has_more: true }, openAiPage(cost('1.5', 'Image models'))]);
    expect(readOpenAiExport(text)).toEqual([
      { day: '2026-11-01', model: 'gpt-4o-2024-08-06', amounts: { cost: '60000000' } },
      { day: '2026-11-01', model: 'gpt-4o-2024-08-06', amounts: { cost: '600' } },
      { day: '2026-11-01', amounts: { cost: '1500000000' } },
    ]);
    expect(summedRows(readOpenAiExport(text))[0]?.amounts).toEqual({ cost: '60000600' });
  });

  it('are usage of completions', () => {
    const usage = {
      object: 'organization.usage.completions.result',
      input_tokens: 10,
      output_tokens: 5,
      num_model_requests: 2,
    };
    expect(readOpenAiExport(JSON.stringify(openAiPage({ ...usage, input_cached_tokens: 4, model: 'gpt-5' })))).toEqual([
      {
        day: '2026-11-01',
        model: 'gpt-5',
        amounts: { prompt_tokens: '10', completion_tokens: '5', cached_prompt_tokens: '4' },
      },
    ]);
  });

  it('are the tables that the dashboard exports, with days on which there was nothing', () => {
    const costs = `start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id,organization_id,organization_name
${START},${START + 86_400},,,0.0600000000000000,usd,"gpt-5-mini-2025-08-07, input",,org-x,"A ""B"", C"
${START + 86_400},${START + 172_800},,,,,,,,
`;
    expect(readOpenAiExport(costs)).toEqual([
      { day: '2026-11-01', model: 'gpt-5-mini-2025-08-07', amounts: { cost: '60000000' } },
    ]);
    const usage = `start_time\tend_time\tnum_model_requests\tmodel\tinput_tokens\toutput_tokens\tinput_cached_tokens
${START}\t0\t10.0\tgpt-4o-2024-08-06\t59200.0\t10646.0\t5760.0
${START + 86_400}\t0\t\t\t\t\t`;
    expect(readOpenAiExport(usage)).toEqual([
      {
        day: '2026-11-01',
        model: 'gpt-4o-2024-08-06',
        amounts: { prompt_tokens: '59200', completion_tokens: '10646', cached_prompt_tokens: '5760' },
      },
    ]);
  });
});

describe('Anthropic’s reports', () => {
  it('are costs in cents and usage of messages, by the API', () => {
    const usage = {
      uncached_input_tokens: 100,
      cache_read_input_tokens: 40,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 3 },
      output_tokens: 7,
      model: 'claude-opus-4-5',
    };
    const text = JSON.stringify(anthropicPage({ amount: '123.45', currency: 'USD', model: 'claude-opus-4-5' }, usage));
    expect(readAnthropicExport(text)).toEqual([
      { day: '2026-11-01', model: 'claude-opus-4-5', amounts: { cost: '1234500000' } },
      {
        day: '2026-11-01',
        model: 'claude-opus-4-5',
        amounts: { prompt_tokens: '163', cached_prompt_tokens: '40', completion_tokens: '7' },
      },
    ]);
  });

  it('are the tables that the console exports', () => {
    const costs =
      'usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,cost_type\r\n' +
      '2026-11-01,Claude Haiku 4.5,Default,ci,message,≤ 200k,output,0.02,token\r\n';
    expect(readAnthropicExport(costs)).toEqual([
      { day: '2026-11-01', model: 'Claude Haiku 4.5', amounts: { cost: '20000000' } },
    ]);
    const usage =
      'usage_date_utc,model_version,api_key,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,web_search_count\n' +
      '2026-11-01,claude-opus-5,ci,10,1,2,4,5,0\n';
    expect(readAnthropicExport(usage)[0]?.amounts).toEqual({
      prompt_tokens: '17',
      cached_prompt_tokens: '4',
      completion_tokens: '5',
    });
  });
});

describe('a file that cannot be read', () => {
  const pretty = (page: object) => JSON.stringify(page, undefined, 2);
  it.each([
    ['syntax', readOpenAiExport, '{\n  "data": [\n    oops', /line 3, is not valid JSON/],
    [
      'a field',
      readOpenAiExport,
      pretty(openAiPage(cost('1', null, 'eur'))),
      /line 13, 'data.0.results.0.amount.currency',/,
    ],
    [
      'a report of something else',
      readOpenAiExport,
      pretty(openAiPage({ object: 'x' })),
      /line 10, 'data.0.results.0.object'/,
    ],
    [
      'half of it',
      readOpenAiExport,
      pretty({ ...openAiPage(), has_more: true }),
      /'has_more', says that there is more/,
    ],
    [
      'a negative amount',
      readAnthropicExport,
      JSON.stringify(anthropicPage({ amount: '-1', currency: 'USD' })),
      /'amount', has an amount below zero/,
    ],
    [
      'a column',
      readAnthropicExport,
      'usage_date_utc,model_version\n',
      /line 1, 'usage_input_tokens_no_cache', has no such column/,
    ],
    [
      'a cell',
      readOpenAiExport,
      `start_time,amount_value,amount_currency\n${START},1,usd\n${START},1,eur\n`,
      /line 3, 'amount_currency', must be usd/,
    ],
    [
      'a count',
      readAnthropicExport,
      'usage_date_utc,model,cost_usd\n2026-11-01,x,1\n"2026-13-01",x,1\n',
      /line 3, 'usage_date_utc', must be a day/,
    ],
    [
      'too few cells',
      readOpenAiExport,
      `start_time,amount_value\n${START}\n`,
      /line 2, has 1 columns where the header has 2/,
    ],
    ['a quotation mark', readOpenAiExport, `start_time,amount_value\n"${START},1\n`, /line 2, has a quotation mark/],
    ['nothing', readOpenAiExport, '\uFEFF', /is empty/],
  ] as const)('is named with what is wrong: %s', (_what, read, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

describe('amounts and tables', () => {
  it('are read exactly', () => {
    expect([
      scaledDecimal('0.1', 9),
      scaledDecimal('1e-9', 9),
      scaledDecimal('2.5e-10', 9),
      scaledDecimal('5e-10', 9),
    ]).toEqual([100_000_000n, 1n, 0n, 1n]);
    expect(['', 'x', '1,5', '-1', 'NaN', '1e999', '9'.repeat(61)].map((text) => scaledDecimal(text, 9))).toEqual(
      Array(7).fill(undefined),
    );
  });

  it('count lines through cells with line breaks', () => {
    expect(csvRows('a,b\r\n"1\n2",3\n\n4,"x""y"').rows).toEqual([
      { line: 2, cells: { a: '1\n2', b: '3' } },
      { line: 5, cells: { a: '4', b: 'x"y' } },
    ]);
  });
});
