import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';
import { CliError } from '../cli.error.js';
import { ExitCode } from '../exit-code.js';
import { unreadable } from '../file-problems.js';
import { describeReconciliation, reconciliationSchema } from './describe-reconciliation.policy.js';

interface ReconcileFlags extends ConnectionFlags {
  readonly provider: string;
  readonly file: string;
  readonly format?: string;
  readonly tolerance?: number;
}

const HELP = `
Examples:
  switchyard reconcile --provider openai --file costs.csv
  switchyard reconcile --provider claude-eu --format anthropic --file usage.json --tolerance 0.005

Exit status: 0 all agrees · 1 the file cannot be read, or no connection · 2 something differs`;

/** `switchyard reconcile`: a provider's own report held against what is on record. */
export function reconcileCommand(setExitCode: (code: number) => void): Command {
  return withConnection(new Command('reconcile'), ADMIN_KEYS)
    .description("compare a provider's report of usage or cost (CSV or JSON) with what is on record")
    .requiredOption('--provider <name>', 'a configured provider, or openai or anthropic for all of that kind')
    .requiredOption('--file <path>', 'the report, as the provider exports it')
    .option('--format <name>', 'openai or anthropic, where the provider is of neither kind')
    .option('--tolerance <share>', 'by how much amounts may differ, such as 0.01', share)
    .addHelpText('after', HELP)
    .action(async ({ provider, file, format, tolerance, ...flags }: ReconcileFlags) => {
      const content = await contentOf(file);
      const body = { provider, content, format, tolerance };
      const found = await clientFrom(flags, ADMIN_KEYS)
        .json('POST', '/admin/v1/reconciliations', reconciliationSchema, body)
        .catch((error: unknown) => {
          throw error instanceof CliError ? new CliError(`${file}: ${error.message}`, { cause: error }) : error;
        });
      process.stdout.write(`${flags.json ? JSON.stringify(found) : describeReconciliation(found)}\n`);
      setExitCode(found.agrees ? ExitCode.ok : ExitCode.failedLines);
    });
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function share(given: string): number {
  const value = Number(given);
  if (given.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('it is a share from 0 to 1, such as 0.01.');
}
