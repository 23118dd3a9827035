import { Command, InvalidArgumentError, Option } from 'commander';
import { WEBHOOK_EVENT_TYPES } from '#libs/contracts';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { CliError } from '../cli.error.js';
import { ExitCode } from '../exit-code.js';
import {
  describeDeliveries,
  describeDelivery,
  describeEndpoints,
  describeSecret,
  isNeverRaised,
} from './describe-webhooks.policy.js';
import { WebhookApi } from './webhook-api.js';

const HELP = `
Example:
  switchyard webhooks create https://receiver.example/hooks --event 'batch.*'   shows the secret, once
  switchyard webhooks test we_…                                               exit status 2 where it fails
  switchyard webhooks deliveries we_… --status failed
  switchyard webhooks replay we_… --since 2026-01-31T12:00:00Z                 all that failed since`;

const DEFAULT_LIMIT = 20;

/** `switchyard webhooks …`: endpoints of the key's project, their log, and sending again. */
export function webhooksCommand(exit: (code: number) => void): Command {
  const webhooks = new Command('webhooks')
    .description('tell your servers what happens: endpoints, their log, and sending again')
    .addHelpText('after', HELP);
  for (const add of [addList, addCreate, addRotate, addDelete, addDeliveries, addReplay, addTest]) add(webhooks, exit);
  return webhooks;
}

function addList(webhooks: Command): void {
  withConnection(webhooks.command('list'))
    .description('show the endpoints of the project')
    .action(async (flags: ConnectionFlags) => print(flags, await apiFrom(flags).list(), describeEndpoints));
}

function addCreate(webhooks: Command): void {
  withConnection(webhooks.command('create'))
    .description('make an endpoint; its secret is shown this once')
    .argument('<url>', 'where events are sent, https://…')
    .option(
      '--event <type>',
      'what it wishes for, as batch.completed or batch.*; again for more (default: all)',
      collect,
    )
    .option('--name <name>', 'what you call it')
    .option('--description <text>', 'what it is for')
    .action(async (url: string, flags: ConnectionFlags & { event?: string[]; name?: string; description?: string }) => {
      const { event, name, description } = flags;
      const endpoint = {
        url,
        ...(event && { event_types: event }),
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
      };
      print(flags, await apiFrom(flags).create(endpoint), describeSecret);
      const idle = (event ?? []).filter(isNeverRaised);
      if (idle.length > 0)
        process.stderr.write(`Nothing raises ${idle.join(', ')} yet. There is: ${WEBHOOK_EVENT_TYPES.join(', ')}.\n`);
    });
}

function addRotate(webhooks: Command): void {
  withConnection(webhooks.command('rotate'))
    .description('give an endpoint a new secret, shown this once; the old one signs as well for a day')
    .argument('<endpoint>')
    .option('--overlap <seconds>', 'how long the old one signs as well, at most 7 days (default: a day)', wholeNumber)
    .action(async (id: string, flags: ConnectionFlags & { overlap?: number }) =>
      print(flags, await apiFrom(flags).rotate(id, flags.overlap), describeSecret),
    );
}

function addDelete(webhooks: Command): void {
  withConnection(webhooks.command('delete'))
    .description('delete an endpoint and its log')
    .argument('<endpoint>')
    .action(async (id: string, flags: ConnectionFlags) =>
      print(flags, await apiFrom(flags).delete(id), () => `${id} is deleted.`),
    );
}

function addDeliveries(webhooks: Command): void {
  withConnection(webhooks.command('deliveries'))
    .description('show what was sent to an endpoint, newest first')
    .argument('<endpoint>')
    .addOption(new Option('--status <status>', 'only these').choices(['pending', 'delivered', 'failed']))
    .option('--limit <number>', 'how many, up to 100', wholeNumber, DEFAULT_LIMIT)
    .action(async (id: string, flags: ConnectionFlags & { status?: string; limit: number }) =>
      print(flags, await apiFrom(flags).deliveries(id, flags), describeDeliveries),
    );
}

function addReplay(webhooks: Command): void {
  withConnection(webhooks.command('replay'))
    .description('send a delivery again, or with --since all that failed')
    .argument('<endpoint>')
    .argument('[delivery]')
    .option('--since <time>', 'all that failed of events since then, such as 2026-01-31T12:00:00Z')
    .action(async (id: string, delivery: string | undefined, flags: ConnectionFlags & { since?: string }) => {
      if ((delivery === undefined) === (flags.since === undefined))
        throw new CliError('Name either a delivery ("switchyard webhooks deliveries" shows them) or --since.');
      if (delivery !== undefined) return print(flags, await apiFrom(flags).replay(id, delivery), describeDelivery);
      const found = await apiFrom(flags).replayFailed(id, flags.since ?? '');
      return print(flags, found, ({ replayed }) => `${replayed} deliveries are sent again.`);
    });
}

function addTest(webhooks: Command, exit: (code: number) => void): void {
  withConnection(webhooks.command('test'))
    .description('send a sample now and once, and show how it went')
    .argument('<endpoint>')
    .option('--event <type>', 'its type', 'webhook.test')
    .action(async (id: string, flags: ConnectionFlags & { event: string }) => {
      const delivery = await apiFrom(flags).test(id, flags.event);
      print(flags, delivery, describeDelivery);
      if (delivery.status !== 'delivered') exit(ExitCode.failedLines);
    });
}

function apiFrom(flags: ConnectionFlags): WebhookApi {
  return new WebhookApi(clientFrom(flags));
}

function print<Answer>(flags: ConnectionFlags, answer: Answer, describe: (answer: Answer) => string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(answer) : describe(answer)}\n`);
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('must be a whole number');
}
