import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';
import { unreadable } from '../file-problems.js';
import { describeDifferences } from './describe-differences.policy.js';
import { resolveReferences } from './resolve-references.js';

const answer = z.object({
  revision: z.int(),
  warnings: z.array(z.string()).optional(),
  differences: z.array(
    z.object({
      kind: z.string(),
      organization: z.string().optional(),
      name: z.string(),
      change: z.string(),
      fields: z.array(z.string()),
    }),
  ),
});

type FileFlags = ConnectionFlags & { file: string; prune?: boolean };

/** `switchyard apply`, `diff` and `export`: what the admin API keeps, as a file. */
export function configurationCommands(): Command[] {
  const withFile = (name: string, description: string) =>
    withConnection(new Command(name), ADMIN_KEYS)
      .description(description)
      .requiredOption('-f, --file <file>', 'of the form of switchyard.yaml')
      .option('--prune', 'also take away what the API keeps and the file does not have');
  return [
    withFile(
      'apply',
      'make providers, models, prices, plans and organizations kept by the API into what FILE says',
    ).action((flags: FileFlags) => send('apply', flags)),
    withFile('diff', 'tell what "apply" would change').action((flags: FileFlags) => send('diff', flags)),
    withConnection(new Command('export'), ADMIN_KEYS)
      .description('print the configuration in force, without secrets')
      .action(async (flags: ConnectionFlags) => {
        const text = await clientFrom(flags, ADMIN_KEYS).text('/admin/v1/configuration');
        process.stdout.write(flags.json ? `${JSON.stringify(parse(text))}\n` : text);
      }),
  ];
}

async function send(what: 'apply' | 'diff', flags: FileFlags): Promise<void> {
  const { file, prune = false } = flags;
  const text = resolveReferences(textOf(file), file);
  const found = await clientFrom(flags, ADMIN_KEYS).json('POST', `/admin/v1/configuration/${what}`, answer, {
    text,
    name: file,
    prune,
  });
  process.stdout.write(`${flags.json ? JSON.stringify(found) : describeDifferences(found.differences)}\n`);
  if (!flags.json) for (const warning of found.warnings ?? []) process.stderr.write(`Warning: ${warning}\n`);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}
