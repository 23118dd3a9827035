import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { codeOf } from '../call-api/error-code.js';
import { CliError } from '../cli.error.js';
import { unreadable, unwritable } from '../file-problems.js';
import { importLitellm, told, type ImportedConfiguration } from './import-litellm.js';

const CHECK = 'switchyard check';

interface ImportFlags {
  output?: string;
  force?: boolean;
  json?: boolean;
}

/** `switchyard import …`: configurations of other gateways in our own form. */
export function importCommand(): Command {
  const command = new Command('import').description('make a switchyard.yaml of the configuration of another gateway');
  command
    .command('litellm')
    .description("read LiteLLM's config.yaml; what cannot be carried is told on standard error, each with its path")
    .argument('<file>', "LiteLLM's config.yaml")
    .option('-o, --output <file>', 'where to write the configuration (default: standard output)')
    .option('--force', 'write over a file that is there')
    .option('--json', 'print one JSON object: the text, what was carried and the warnings')
    .action((file: string, flags: ImportFlags) => {
      const imported = importLitellm(textOf(file), file);
      if (flags.output !== undefined) write(flags.output, imported.text, flags.force === true);
      if (flags.json) process.stdout.write(`${JSON.stringify({ ...imported, output: flags.output ?? null })}\n`);
      else print(imported, flags.output);
    });
  return command;
}

function print({ text, models, providers, warnings }: ImportedConfiguration, output: string | undefined): void {
  if (output === undefined) process.stdout.write(text);
  const summary = `Carried: ${models} models, ${providers} providers${output === undefined ? '' : `, to ${output}`}.`;
  const lost = warnings.length === 0 ? '' : `\nNot carried, or not as it was:\n${told(warnings)}`;
  process.stderr.write(`${summary}${lost}\nCheck it: ${CHECK} ${output ?? 'FILE'}\n`);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function write(file: string, text: string, mayReplace: boolean): void {
  try {
    writeFileSync(file, text, { flag: mayReplace ? 'w' : 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unwritable(file, error);
    throw new CliError(`${file} is there already; name another file, or pass --force.`, { cause: error });
  }
}
