import { Command, InvalidArgumentError } from 'commander';
import { KEY_SCOPES, MOST_OVERLAP_SECONDS } from '#libs/contracts';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';
import { describeIssued, describeKeys } from './describe-keys.policy.js';
import { KeyApi } from './key-api.js';

const HELP = `
Example:
  switchyard keys create ci --organization acme --project web                       shows the key, once
  switchyard keys create nightly --organization acme --project web --scope batches --expires 2027-01-01T00:00:00Z
  switchyard keys rotate key_… --organization acme --overlap 3600                    the old one works for an hour more
  switchyard keys revoke key_… --organization acme                                   refused everywhere within moments

An organization and its projects are made in switchyard.yaml, or by "switchyard apply". --key is the key that asks.`;

interface Flags extends ConnectionFlags {
  organization: string;
}

interface NewKeyFlags extends Flags {
  project: string;
  scope?: string[];
  model?: string[];
  expires?: string;
}

/** `switchyard keys …`: the keys that callers of a project use. */
export function keysCommand(): Command {
  const keys = new Command('keys')
    .description('make, list, rotate and revoke keys of callers')
    .addHelpText('after', HELP);
  withOrganization(keys.command('list'))
    .description('show the keys of an organization, never the secrets')
    .option('--project <name>', 'of one project only')
    .action(async (flags: Flags & { project?: string }) =>
      print(flags, await apiFrom(flags).list(flags.project), describeKeys),
    );
  withOrganization(keys.command('create'))
    .description('make a key; it is shown this once')
    .argument('<name>', 'what you call it')
    .requiredOption('--project <name>', 'whose calls it makes')
    .option('--scope <name>', `what it may do, of ${KEY_SCOPES.join(', ')}; again for more`, collected)
    .option('--model <name>', 'a model that it may ask for; again for more (default: all)', collected)
    .option('--expires <time>', 'when it ends, such as 2027-01-01T00:00:00Z')
    .action(async (name: string, flags: NewKeyFlags) => {
      const { project, scope: scopes, model: models, expires: expiresAt } = flags;
      print(flags, await apiFrom(flags).create({ project, name, scopes, models, expiresAt }), describeIssued);
    });
  withOrganization(keys.command('rotate'))
    .description('make a key of the same name and bounds, shown this once; the one before goes on for a while')
    .argument('<id>', 'key_…, as "switchyard keys list" shows it')
    .option(
      '--overlap <seconds>',
      'how long the one before is accepted, at most 30 days (default: a day)',
      overlapSeconds,
    )
    .action(async (id: string, flags: Flags & { overlap?: number }) =>
      print(flags, await apiFrom(flags).rotate(id, flags.overlap), describeIssued),
    );
  withOrganization(keys.command('revoke'))
    .description('have a key refused from now on, also one of the file')
    .argument('<id>', 'key_…, as "switchyard keys list" shows it')
    .action(async (id: string, flags: Flags) =>
      print(flags, await apiFrom(flags).revoke(id), () => `${id} is revoked.`),
    );
  return keys;
}

function withOrganization(command: Command): Command {
  return withConnection(command, ADMIN_KEYS).requiredOption('--organization <name>', 'whose keys');
}

function apiFrom(flags: Flags): KeyApi {
  return new KeyApi(clientFrom(flags, ADMIN_KEYS), flags.organization);
}

function print<T>(flags: ConnectionFlags, answer: T, describe: (answer: T) => string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(answer) : describe(answer)}\n`);
}

function collected(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function overlapSeconds(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : undefined;
  if (seconds !== undefined && seconds <= MOST_OVERLAP_SECONDS) return seconds;
  throw new InvalidArgumentError(`it is a whole number of seconds from 0 to ${MOST_OVERLAP_SECONDS} (30 days).`);
}
