import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { z } from 'zod';
import { addUpUse, reportRowSchema, type ReportRow } from '#libs/contracts';
import { csvOf } from '#libs/csv';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';
import { assertWritable, unwritable } from '../file-problems.js';
import { describeRows, withDollars } from './report-table.policy.js';

const reportPage = z.object({
  data: z.array(reportRowSchema),
  next_after: z.int().nullable(),
  warnings: z.array(z.string()).default([]),
});
const NAMES = ['organization', 'project', 'since', 'until', 'model', 'regions'] as const;

type Flags = ConnectionFlags &
  Partial<Record<(typeof NAMES)[number], string>> & {
    output?: string;
    csv?: boolean;
    /** `--key` is the key that asks. */
    ofKey?: string;
  };

/** `switchyard audit report`: a whole report, however many answers it takes. */
export function reportCommand(): Command {
  return withConnection(new Command('report'), ADMIN_KEYS)
    .description(
      'answer an auditor: model-use (who called which model with which class of data), outside-region, policy-changes, key-activity',
    )
    .argument('<name>', 'which report')
    .option('--organization <name>', 'whose trail (default: that of the key)')
    .option('--project <name>', 'of one project only')
    .option('--since <time>', 'recorded from then on (default: 30 days before the end)')
    .option('--until <time>', 'recorded before then (default: now)')
    .option('--of-key <name>', 'of one key only; key-activity needs it')
    .option('--model <name>', 'of one model only')
    .option('--regions <names>', 'for outside-region: the regions that are inside, such as eu,de')
    .option('--csv', 'as CSV')
    .option('--output <file>', 'write to a file')
    .action(async (name: string, flags: Flags) => {
      if (flags.output !== undefined) assertWritable(flags.output);
      const rows = await readReport(name, flags);
      const text = flags.json ? `${JSON.stringify(rows)}\n` : flags.csv ? csvOf(rows) : describeRows(rows);
      await (flags.output === undefined ? process.stdout.write(text) : write(flags.output, text));
    });
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: unknown) => {
    throw unwritable(file, error);
  });
}

async function readReport(name: string, flags: Flags): Promise<ReportRow[]> {
  const client = clientFrom(flags, ADMIN_KEYS);
  const query = new URLSearchParams(
    NAMES.flatMap((option): [string, string][] => (flags[option] === undefined ? [] : [[option, flags[option]]])),
  );
  if (flags.ofKey !== undefined) query.set('key', flags.ofKey);
  // What is recorded while pages are read belongs to none of them.
  if (flags.until === undefined) query.set('until', new Date().toISOString());
  const rows: ReportRow[] = [];
  for (let after: number | null = -1; after !== null;) {
    query.set('after', String(after));
    const page: z.infer<typeof reportPage> = await client.json(
      'GET',
      `/v1/audit/reports/${encodeURIComponent(name)}?${query.toString()}`,
      reportPage,
    );
    rows.push(...page.data);
    for (const warning of page.warnings) process.stderr.write(`Warning: ${warning}\n`);
    after = page.next_after;
  }
  return withDollars(name === 'model-use' ? addUpUse(rows) : rows);
}
