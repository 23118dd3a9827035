import { Command } from 'commander';
import { queuePauseSchema, queuesSchema } from '#libs/contracts';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';
import { CliError } from '../cli.error.js';
import { describePause, describeQueues } from './describe-queues.policy.js';

interface ScopeFlags extends ConnectionFlags {
  readonly all?: true;
  readonly provider?: string;
  readonly model?: string;
  readonly project?: string;
}

const HELP = `
Example:
  switchyard queues list
  switchyard queues pause --provider openai --reason "quota used up" --until 2026-02-01T08:00:00Z
  switchyard queues resume --provider openai

A pause holds for what is released from now on; what is under way ends. It outlives restarts.`;

/** `switchyard queues …`: what durable work waits, and holding it back. */
export function queuesCommand(): Command {
  const queues = new Command('queues').description('show, pause and resume durable work').addHelpText('after', HELP);
  withConnection(queues.command('list'), ADMIN_KEYS)
    .description('show what waits and what is paused')
    .action(async (flags: ConnectionFlags) => {
      const found = await clientFrom(flags, ADMIN_KEYS).json('GET', '/admin/v1/queues', queuesSchema);
      process.stdout.write(`${flags.json ? JSON.stringify(found) : describeQueues(found)}\n`);
    });
  withScope(withConnection(queues.command('pause'), ADMIN_KEYS))
    .description('hold back durable work')
    .option('--reason <text>', 'shown with the pause')
    .option('--until <time>', 'when it ends by itself, such as 2026-02-01T08:00:00Z')
    .action(async (flags: ScopeFlags & { reason?: string; until?: string }) => {
      const { reason = null, until = null } = flags;
      await change(flags, 'pause', { ...scopeOf(flags), reason, until }, 'Paused');
    });
  withScope(withConnection(queues.command('resume'), ADMIN_KEYS))
    .description('let durable work go on')
    .action((flags: ScopeFlags) => change(flags, 'resume', scopeOf(flags), 'Resumed'));
  return queues;
}

function withScope(command: Command): Command {
  return command
    .option('--all', 'all durable work')
    .option('--provider <name>', 'work that only this provider may serve; other work avoids it')
    .option('--model <name>', 'work of a model')
    .option('--project <organization/project>', 'work of a project');
}

async function change(flags: ScopeFlags, verb: 'pause' | 'resume', body: object, said: string): Promise<void> {
  const pause = await clientFrom(flags, ADMIN_KEYS).json('POST', `/admin/v1/queues/${verb}`, queuePauseSchema, body);
  process.stdout.write(`${flags.json ? JSON.stringify(pause) : describePause(pause, said)}\n`);
}

function scopeOf({ all, provider, model, project }: ScopeFlags): { scope: string; name: string } {
  const given = [
    ...(all ? [{ scope: 'all', name: '' }] : []),
    ...(provider === undefined ? [] : [{ scope: 'provider', name: provider }]),
    ...(model === undefined ? [] : [{ scope: 'model', name: model }]),
    ...(project === undefined ? [] : [{ scope: 'project', name: project }]),
  ];
  const [only] = given;
  if (!only || given.length > 1) throw new CliError('Say exactly one of --all, --provider, --model and --project.');
  return only;
}
