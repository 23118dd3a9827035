import { Command } from 'commander';
import { batchPageSchema } from '#libs/contracts';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { describeBatches } from './describe-batches.policy.js';

type ListFlags = ConnectionFlags & { limit: string; after?: string };

/** `switchyard batch list`: the batches of the key's project. */
export function listCommand(): Command {
  return withConnection(new Command('list'))
    .description('show batches, the newest first')
    .option('--limit <number>', 'at most so many, 1 to 100', '20')
    .option('--after <id>', 'those behind this batch of the list')
    .action(async (flags: ListFlags) => {
      const query = new URLSearchParams({ limit: flags.limit });
      if (flags.after !== undefined) query.set('after', flags.after);
      const page = await clientFrom(flags).json('GET', `/v1/batches?${query.toString()}`, batchPageSchema);
      process.stdout.write(`${flags.json ? JSON.stringify(page) : describeBatches(page)}\n`);
    });
}
