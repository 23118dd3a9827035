import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { encodeKeyLine } from '#libs/merkle';
import { CliError } from '../cli.error.js';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';
import { ExitCode } from '../exit-code.js';
import { completenessCommand } from './completeness-command.js';
import { describeEntry, trailEntry, trailRefusal } from './describe-entry.policy.js';
import { describeReport } from './describe-report.policy.js';
import { eventData } from './event-data.js';
import { holdCommand } from './hold-commands.js';
import { foundEntries } from './found-entries.js';
import { exportToFile } from './export-file.js';
import { eraseCommand, payloadCommand } from './payload-commands.js';
import { reportCommand } from './report-command.js';
import { verifyFile } from './verify-file.js';

const HELP = `
Verification is offline: it takes an export, the public keys, and checkpoints that were kept outside, without which a log that
was cut short or rolled back cannot be told.

Example:
  switchyard audit keys > keys.txt                      once, and kept where nobody changes it
  switchyard audit export --output trail.ndjson         goes on where it broke off
  switchyard audit verify trail.ndjson --keys keys.txt --checkpoints ./checkpoints`;

const keyList = z.object({
  data: z.array(
    z.object({ verifier: z.string(), current: z.boolean(), valid_until: z.string().nullable().default(null) }),
  ),
});

interface Filters extends ConnectionFlags {
  organization?: string;
  project?: string;
  type?: string;
  since?: string;
  until?: string;
}

/** `switchyard audit …`: read, take away and verify the trail. */
export function auditCommand(exit: (code: number) => void): Command {
  const audit = new Command('audit').description('read, export and verify the audit trail').addHelpText('after', HELP);
  audit.addCommand(searchCommand());
  audit.addCommand(tailCommand());
  audit.addCommand(keysCommand());
  audit.addCommand(exportCommand());
  audit.addCommand(verifyCommand(exit));
  audit.addCommand(completenessCommand(exit));
  audit.addCommand(reportCommand());
  audit.addCommand(payloadCommand());
  audit.addCommand(eraseCommand());
  audit.addCommand(holdCommand());
  return audit;
}

/** Adds what narrows the trail down. */
export function withFilters(command: Command): Command {
  return command
    .option('--organization <name>', 'whose trail (default: that of the key)')
    .option('--project <name>', 'of one project only')
    .option('--type <type>', 'of one type only, such as key.created')
    .option('--since <time>', 'recorded from then on, such as 2026-01-31')
    .option('--until <time>', 'recorded before then');
}

export function queryOf(flags: Filters): URLSearchParams {
  const names = ['organization', 'project', 'type', 'since', 'until'] as const;
  return new URLSearchParams(names.flatMap((name): [string, string][] => (flags[name] ? [[name, flags[name]]] : [])));
}

function searchCommand(): Command {
  return withFilters(withConnection(new Command('search'), ADMIN_KEYS))
    .description(
      'find entries, newest first, in which all words of TEXT stand, whatever their case; "words in quotes" stand together',
    )
    .argument(
      '[text]',
      'what to look for; an answer looks at 50,000 entries, so --since makes a search in a long log shorter',
    )
    .option('--limit <number>', 'how many', wholeNumber, 20)
    .option('--after <sequence>', 'go on behind this entry, where a search before stopped', sequence)
    .action(async (text: string | undefined, flags: Filters & { limit: number; after?: number }) => {
      const query = queryOf(flags);
      query.set('order', 'desc');
      if (text !== undefined) query.set('q', text);
      if (flags.after !== undefined) query.set('after', String(flags.after));
      const tellRest = (after: number): void =>
        void process.stderr.write(`There may be more: go on with --after ${after}, or ask for more with --limit.\n`);
      const client = clientFrom(flags, ADMIN_KEYS);
      let found = 0;
      for await (const entry of foundEntries(client, query, { limit: flags.limit, tellRest })) {
        found += 1;
        process.stdout.write(`${flags.json ? JSON.stringify(entry) : describeEntry(entry)}\n`);
      }
      if (found === 0) process.stderr.write('No entry was found.\n');
    });
}

function tailCommand(): Command {
  return withFilters(withConnection(new Command('tail'), ADMIN_KEYS))
    .description('print entries as they are recorded, until Ctrl-C')
    .option('--after <sequence>', 'begin behind this entry (default: with what comes now)')
    .action(async (flags: Filters & { after?: string }) => {
      const query = queryOf(flags);
      if (flags.after !== undefined) query.set('after', flags.after);
      const pieces = await clientFrom(flags, ADMIN_KEYS).stream(`/v1/audit/tail?${query.toString()}`);
      for await (const data of eventData(pieces)) {
        const told: unknown = JSON.parse(data);
        const refusal = trailRefusal.safeParse(told).data;
        if (refusal) throw new CliError(refusal.error.message);
        const entry = trailEntry.parse(told);
        process.stdout.write(`${flags.json ? data : describeEntry(entry)}\n`);
      }
    });
}

function keysCommand(): Command {
  return withConnection(new Command('keys'), ADMIN_KEYS)
    .description('print the public keys that checkpoints were ever signed with, the newest first')
    .option('--organization <name>', 'whose log (default: that of the key)')
    .action(async (flags: Filters) => {
      const { data } = await clientFrom(flags, ADMIN_KEYS).json(
        'GET',
        `/v1/audit/keys?${queryOf(flags).toString()}`,
        keyList,
      );
      if (data.length === 0 && !flags.json) {
        throw new CliError(
          'This log has no checkpoint yet, and so no key. The first is signed within a minute of its first entry: try again then.',
        );
      }
      const lines = flags.json
        ? [JSON.stringify(data)]
        : data.map((key) => encodeKeyLine(key.verifier, key.valid_until));
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}

function exportCommand(): Command {
  return withFilters(withConnection(new Command('export'), ADMIN_KEYS))
    .description('write the trail to a file that can be verified offline; goes on with a file that broke off')
    .requiredOption('--output <file>', 'where to')
    .option('--format <format>', 'ndjson, which verifies and can be gone on with; csv, ocsf or cef', 'ndjson')
    .action(async (flags: Filters & { output: string; format: string }) => {
      const query = queryOf(flags);
      query.set('format', flags.format);
      const size = await exportToFile(clientFrom(flags, ADMIN_KEYS), flags.output, query);
      const told = flags.json
        ? JSON.stringify({ file: flags.output, size })
        : `${flags.output}: a log of ${size} entries`;
      process.stdout.write(`${told}\n`);
    });
}

function verifyCommand(exit: (code: number) => void): Command {
  return new Command('verify')
    .description('verify an export offline; the exit status is 2 where it is not whole')
    .argument('<file>', 'what "switchyard audit export" wrote')
    .requiredOption('--keys <file>', 'the public keys, or one such key')
    .option('--checkpoints <path>', 'a file or folder of checkpoints kept outside; can be given again', gather, [])
    .option('--whole', 'refuse an export that hides an entry or a part of one: whoever has the file could hide any')
    .option('--json', 'print the report as JSON')
    .action(async (file: string, flags: { keys: string; checkpoints: string[]; whole?: boolean; json?: boolean }) => {
      const report = await verifyFile({ file, ...flags });
      process.stdout.write(`${flags.json ? JSON.stringify(report) : describeReport(report)}\n`);
      exit(report.faults.length === 0 ? ExitCode.ok : ExitCode.failedLines);
    });
}

function gather(value: string, before: string[]): string[] {
  return [...before, value];
}

function sequence(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('give the number of an entry, as a line begins with.');
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('give a whole number, 1 or more.');
}
