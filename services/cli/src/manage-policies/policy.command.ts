import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';
import { unreadable } from '../file-problems.js';
import { describeChange, describeReplay, describeVersions } from './describe-policies.policy.js';
import { showElapsed } from '../show-progress/elapsed-display.js';
import { PolicyApi, type NamedText, type PolicyChange } from './policy-api.js';

const HELP = `
FILE is a whole configuration as in switchyard.yaml. Its credentials are not looked at: \${env:NAME} and \${file:PATH} may stay.

Example:
  switchyard policy replay --policy new.yaml --since 7d   what would change, from the record; nobody is called
  switchyard policy try --policy new.yaml --share 0.1     a tenth of the requests is decided by it
  switchyard policy promote                               put it in force until switchyard.yaml changes
  switchyard policy rollback 12                           or go back`;

/** `switchyard policy …`: rehearse, try, put in force and take back. */
export function policyCommand(): Command {
  const policy = new Command('policy')
    .description('rehearse policies on recorded traffic, try them, put them in force, go back')
    .addHelpText('after', HELP);
  policy.addCommand(replayCommand());
  policy.addCommand(listCommand());
  policy.addCommand(tryCommand());
  const change = (name: string, description: string, make: (api: PolicyApi) => Promise<PolicyChange>) =>
    withConnection(policy.command(name), ADMIN_KEYS)
      .description(description)
      .action(async (flags: ConnectionFlags) => printChange(flags, await make(apiFrom(flags))));
  change('end-trial', 'end the trial; what is in force stays', (api) => api.endTrial());
  change('promote', 'put the policies on trial in force until the file changes', (api) => api.promote());
  withConnection(policy.command('rollback'), ADMIN_KEYS)
    .description('put the policies of an earlier revision in force until the file changes; providers and keys stay')
    .argument('<revision>', 'as "switchyard policy list" shows it', positiveInteger)
    .action(async (revision: number, flags: ConnectionFlags) =>
      printChange(flags, await apiFrom(flags).rollBack(revision)),
    );
  return policy;
}

function replayCommand(): Command {
  return withConnection(new Command('replay'), ADMIN_KEYS)
    .description('decide recorded requests again under FILE and tell what would change; nobody is called')
    .requiredOption('--policy <file>', 'the proposed configuration')
    .option('--since <time>', 'how far back: 7d, 12h, 30m, or a time such as 2026-01-31T12:00:00Z', '7d')
    .option('--until <time>', 'up to when, in the same forms (default: now)')
    .action(async (flags: ConnectionFlags & { policy: string; since: string; until?: string }) => {
      const { policy, since, until } = flags;
      const named = namedTextOf(policy);
      const api = apiFrom(flags);
      const stop = flags.json ? () => undefined : showElapsed(`deciding the requests since ${since} again`);
      const found = await api.replay({ ...named, since, until }).finally(stop);
      process.stdout.write(`${flags.json ? JSON.stringify(found) : describeReplay(found)}\n`);
    });
}

function listCommand(): Command {
  return withConnection(new Command('list'), ADMIN_KEYS)
    .description('show the versions of the policies, newest first')
    .option('--limit <number>', 'how many', positiveInteger, 20)
    .action(async (flags: ConnectionFlags & { limit: number }) => {
      const versions = await apiFrom(flags).list(flags.limit);
      process.stdout.write(`${flags.json ? JSON.stringify(versions) : describeVersions(versions)}\n`);
    });
}

function tryCommand(): Command {
  return withConnection(new Command('try'), ADMIN_KEYS)
    .description('let the models of FILE decide a share of the requests; without FILE give the trial another share')
    .option('--policy <file>', 'the proposed configuration, over the same providers')
    .requiredOption('--share <share>', 'of the requests, over 0 to 1', share)
    .action(async (flags: ConnectionFlags & { policy?: string; share: number }) => {
      const named = flags.policy === undefined ? {} : namedTextOf(flags.policy);
      printChange(flags, await apiFrom(flags).try({ ...named, share: flags.share }));
    });
}

function apiFrom(flags: ConnectionFlags): PolicyApi {
  return new PolicyApi(clientFrom(flags, ADMIN_KEYS));
}

function printChange(flags: ConnectionFlags, change: PolicyChange): void {
  process.stdout.write(`${flags.json ? JSON.stringify(change) : describeChange(change)}\n`);
}

/** The text of a file, called as the user calls it. */
function namedTextOf(file: string): NamedText {
  try {
    return { text: readFileSync(file, 'utf8'), name: file };
  } catch (error) {
    throw unreadable(file, error);
  }
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= 1))
    throw new InvalidArgumentError('It must be over 0 and at most 1, such as 0.1; "end-trial" ends a trial.');
  return value;
}
