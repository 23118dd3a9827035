import { Command } from 'commander';
import { nativeBatchPageSchema } from '#libs/contracts';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';
import { describeNative } from './describe-native.policy.js';

type ListFlags = ConnectionFlags & { readonly all?: true; readonly after?: string; readonly limit: string };

/** `switchyard batch native`: what lies at the batch APIs of providers, for operators. */
export function nativeCommand(): Command {
  return withConnection(new Command('native'), ADMIN_KEYS)
    .description('show batches at the batch APIs of providers (admin key)')
    .option('--all', 'those that have ended as well')
    .option('--after <id>', 'older ones than this')
    .option('--limit <number>', 'at most so many, up to 100', '20')
    .action(async (flags: ListFlags) => {
      const { all, after, limit } = flags;
      const query = new URLSearchParams({
        status: all ? 'all' : 'open',
        limit,
        ...(after === undefined ? {} : { after }),
      });
      const path = `/admin/v1/native-batches?${query.toString()}`;
      const page = await clientFrom(flags, ADMIN_KEYS).json('GET', path, nativeBatchPageSchema);
      process.stdout.write(`${flags.json ? JSON.stringify(page) : describeNative(page)}\n`);
    });
}
