import { Command } from 'commander';
import { codeOf } from '../call-api/error-code.js';
import { CliError } from '../cli.error.js';
import { ExitCode } from '../exit-code.js';
import { unreadable } from '../file-problems.js';
import { linesOf } from './file-lines.js';
import { TrailCompleteness, type CompletenessReport } from './trail-completeness.js';

const SHOWN = 20;

/** `switchyard audit completeness`: whether each request of an export has all it should have, offline. */
export function completenessCommand(exit: (code: number) => void): Command {
  return new Command('completeness')
    .description(
      'hold requests and charges of an export against each other; the exit status is 2 where one has no other half, no decision or no verdict',
    )
    .argument('<file>', 'what "switchyard audit export" wrote, of a whole log')
    .option('--json', 'print the report as JSON')
    .action(async (file: string, flags: { json?: boolean }) => {
      const report = await completenessOf(file);
      process.stdout.write(`${flags.json ? JSON.stringify(report) : describe(report)}\n`);
      exit(report.missed === 0 ? ExitCode.ok : ExitCode.failedLines);
    });
}

async function completenessOf(file: string): Promise<CompletenessReport> {
  const completeness = new TrailCompleteness();
  let number = 0;
  try {
    for await (const text of linesOf(file)) {
      number += 1;
      completeness.take(text);
    }
  } catch (error) {
    if (codeOf(error)?.startsWith('E')) throw unreadable(file, error);
    throw new CliError(`Line ${number} of ${file} is none of an export: run "switchyard audit verify" on it.`, {
      cause: error,
    });
  }
  return completeness.finish();
}

function describe({ requests, charges, awaited, missed, missing, isPartial }: CompletenessReport): string {
  return [
    `${requests} requests, ${charges} charges.`,
    ...(awaited > 0 ? [`  ${awaited} requests at the end may still be charged.`] : []),
    ...(isPartial ? ['  Entries are left out or were removed: charges without a request are not missed.'] : []),
    ...(missed === 0 ? ['Complete.'] : [`NOT COMPLETE: ${missed} are missing something.`]),
    ...missing.slice(0, SHOWN).map(({ requestId, what }) => `  ${requestId}: no ${what}`),
    ...(missing.length > SHOWN ? ['  …'] : []),
  ].join('\n');
}
