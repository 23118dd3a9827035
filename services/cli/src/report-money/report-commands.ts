import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { CALLER_KEYS, type KeySource } from '../call-api/connection.js';
import { describeCosts, describeInvoice, describeUsage, type CostsPage } from './describe-reports.policy.js';

interface ReportFlags extends ConnectionFlags {
  readonly csv?: true;
}

interface GroupedFlags extends ReportFlags {
  readonly groupBy?: string;
  readonly from?: string;
  readonly to?: string;
  readonly only?: string[];
  readonly organization?: string;
}

interface CostFlags extends GroupedFlags {
  readonly by: '1h' | '1d' | '1mo';
  readonly buckets: string;
}

interface InvoiceFlags extends ReportFlags {
  readonly organization?: string;
  readonly period: string;
  readonly currency?: string;
}

const anyObject = z.looseObject({});
const MOST_BUCKETS = 180;
const GROUPS = 'organization, project, key, key_id, model, provider, tag, end_user';

/** `switchyard usage`, `switchyard costs`, `switchyard invoice`: what was used, what it cost, and what is owed for it. */
export function reportCommands(): Command[] {
  const usage = withReport(new Command('usage'))
    .description('what was used and what it cost')
    .option('--group-by <names>', `one or more of ${GROUPS}, hour, day, month, with commas between`, 'model');
  withSelection(usage, 'switchyard usage --group-by day,model --from 2026-11-01').action((flags: GroupedFlags) =>
    print(flags, '/v1/usage', selectionOf(flags), describeUsage),
  );
  const costs = withReport(new Command('costs'))
    .description('what was charged and saved by time; for who may read the ledger also what providers are paid')
    .option('--group-by <names>', `any of ${GROUPS}, with commas between`)
    .option('--by <width>', 'length of a bucket: 1h, 1d or 1mo', width, '1d')
    .option('--buckets <count>', `how many buckets, 1 to ${MOST_BUCKETS}`, buckets, '31');
  withSelection(costs, 'switchyard costs --group-by project --by 1mo --buckets 3 --only model=gpt-small').action(
    (flags: CostFlags) => {
      const query = selectionOf(flags);
      query.set('bucket_width', flags.by);
      query.set('limit', flags.buckets);
      return print(flags, '/v1/costs', query, (page) => describeCosts(page as unknown as CostsPage, flags.groupBy));
    },
  );
  const invoice = withReport(new Command('invoice'))
    .description('what an organization is charged for a month, from the ledger')
    .requiredOption('--period <month>', 'a month of UTC, such as 2026-11', month)
    .option('--organization <name>', 'whose; that of the key where nothing is said')
    .option('--currency <code>', 'another currency beside US dollars, by the configured rates')
    .addHelpText('after', '\nExample:\n  switchyard invoice --organization demo --period 2026-11 --csv > demo.csv')
    .action((flags: InvoiceFlags) => {
      const { organization, period, currency } = flags;
      const query = new URLSearchParams({ period });
      if (organization !== undefined) query.set('organization', organization);
      if (currency !== undefined) query.set('currency', currency);
      return print(flags, '/admin/v1/invoices', query, describeInvoice);
    });
  return [usage, costs, invoice];
}

function withReport(command: Command, keys: KeySource = CALLER_KEYS): Command {
  return withConnection(command, keys).option('--csv', 'print a table with commas, for other programs');
}

function withSelection(command: Command, example: string): Command {
  return command
    .option('--from <time>', 'from then on, such as 2026-11-01')
    .option('--to <time>', 'up to then')
    .option('--organization <name>', 'of one organization only')
    .option('--only <name=value>', 'only what has this value; may be given for several names', collected)
    .addHelpText('after', `\nExample:\n  ${example}`);
}

async function print(
  flags: ReportFlags,
  path: string,
  query: URLSearchParams,
  describe: (answer: Record<string, unknown>) => string,
): Promise<void> {
  const client = clientFrom(flags);
  if (flags.csv) {
    query.set('format', 'csv');
    process.stdout.write(await client.text(`${path}?${query.toString()}`));
    return;
  }
  const answer = await client.json('GET', `${path}?${query.toString()}`, anyObject);
  process.stdout.write(`${flags.json ? JSON.stringify(answer) : describe(answer)}\n`);
}

/** Exported for its test. */
function selectionOf({ groupBy, from, to, organization, only = [] }: Omit<GroupedFlags, 'csv'>): URLSearchParams {
  const query = new URLSearchParams(only.map((pair) => pairOf(pair)));
  for (const [name, value] of Object.entries({ group_by: groupBy, from, to, organization })) {
    if (value !== undefined) query.set(name, value);
  }
  return query;
}

function collected(pair: string, before: string[] = []): string[] {
  pairOf(pair);
  return [...before, pair];
}

function pairOf(pair: string): [string, string] {
  const end = pair.indexOf('=');
  if (end < 1) throw new InvalidArgumentError('give it as name=value, such as model=gpt-small.');
  const name = pair.slice(0, end);
  if (!GROUPS.split(', ').includes(name)) throw new InvalidArgumentError(`the name is one of ${GROUPS}.`);
  return [name, pair.slice(end + 1)];
}

function buckets(text: string): string {
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_BUCKETS) return text;
  throw new InvalidArgumentError(`it is a whole number from 1 to ${MOST_BUCKETS}.`);
}

function width(text: string): string {
  if (['1h', '1d', '1mo'].includes(text)) return text;
  throw new InvalidArgumentError('it is 1h, 1d or 1mo.');
}

function month(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError('it is a month such as 2026-11.');
}
