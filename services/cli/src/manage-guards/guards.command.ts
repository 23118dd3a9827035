import { Command } from 'commander';
import { z } from 'zod';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';

const guardSecret = z.object({ object: z.literal('guard_secret'), url: z.string(), secret: z.string() });

const HELP = `
Example:
  switchyard guards secret https://guard.example.com/check

Whoever runs the service at that URL verifies requests with it, by any library of Standard Webhooks.`;

/** `switchyard guards …`: what the services of guards must know. */
export function guardsCommand(): Command {
  const guards = new Command('guards').description('what the services of guards must know').addHelpText('after', HELP);
  withConnection(guards.command('secret <url>'), ADMIN_KEYS)
    .description('print the secret that requests to this URL are signed with')
    .action(async (url: string, flags: ConnectionFlags) => {
      const found = await clientFrom(flags, ADMIN_KEYS).json('POST', '/admin/v1/guard-secrets', guardSecret, { url });
      process.stdout.write(`${flags.json ? JSON.stringify(found) : found.secret}\n`);
    });
  return guards;
}
