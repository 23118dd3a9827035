import { Client } from 'pg';
import { request } from 'undici';
import { BenchError } from '../bench.error.js';
import { median } from '../median.js';
import { BENCH } from '../stack/bench-configuration.js';
import type { RunningStack } from '../stack/running-stack.js';
import { DAYS, loadCharges } from './load-charges.js';

/** How long an answer of the API over so many charges takes; median and longest of the rounds. */
export interface ReportFigures {
  readonly report: string;
  readonly charges: number;
  readonly milliseconds: number;
  readonly longestMilliseconds: number;
}

const DAY_MILLISECONDS = 24 * 60 * 60_000;

/** Asks for each report over all charges by turns, over HTTP with the admin key, as the dearest question that can be put. */
export async function measureReports(
  { stack, say }: { readonly stack: RunningStack; readonly say: (text: string) => void },
  { charges, rounds }: { readonly charges: number; readonly rounds: number },
): Promise<ReportFigures[]> {
  const client = new Client({ connectionString: stack.databaseUrl });
  await client.connect();
  try {
    say(`loading ${charges} charges`);
    await loadCharges(client, charges);
  } finally {
    await client.end();
  }
  const figures: ReportFigures[] = [];
  for (const [report, path] of reports()) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await timeOf(stack, path));
    const figure = { report, charges, milliseconds: median(times), longestMilliseconds: Math.max(...times) };
    say(`${report}: ${figure.milliseconds.toFixed(0)} ms`);
    figures.push(figure);
  }
  return figures;
}

function reports(): [string, string][] {
  const month = new Date(Date.now() - (DAYS / 2) * DAY_MILLISECONDS).toISOString().slice(0, 7);
  const since = `from=${new Date(Date.now() - (DAYS + 1) * DAY_MILLISECONDS).toISOString()}`;
  return [
    ['usage by model', '/v1/usage?group_by=model'],
    ['usage by day and project', '/v1/usage?group_by=day,project'],
    ['usage by end user', '/v1/usage?group_by=end_user'],
    ['usage by end user, of an organization', `/v1/usage?group_by=end_user&organization=${BENCH.invoiced}`],
    ['costs by day and organization', `/v1/costs?group_by=organization&limit=180&${since}`],
    [
      'costs by month, key and model',
      `/v1/costs?bucket_width=1mo&group_by=organization,project,key,model&limit=4&${since}`,
    ],
    ['costs by month and end user', `/v1/costs?bucket_width=1mo&group_by=end_user&limit=4&${since}`],
    ['an invoice', `/admin/v1/invoices?organization=${BENCH.invoiced}&period=${month}`],
  ];
}

async function timeOf({ url, adminKey }: RunningStack, path: string): Promise<number> {
  const startedAt = performance.now();
  const { statusCode, body } = await request(`${url}${path}`, { headers: { authorization: `Bearer ${adminKey}` } });
  const text = await body.text();
  if (statusCode !== 200)
    throw new BenchError(`${path} is answered with ${statusCode}: ${text.slice(0, 300)}`, 'See the log of billing.');
  return performance.now() - startedAt;
}
