import { Command } from 'commander';
import { z } from 'zod';
import { ledgerVerifyReplySchema } from '#libs/contracts';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';
import { CliError } from '../cli.error.js';
import { describeVerification } from './describe-verification.policy.js';

const verificationSchema = ledgerVerifyReplySchema.extend({ is_sound: z.boolean() });

/** `switchyard ledger …`: the proof that the books are right. */
export function ledgerCommand(): Command {
  const ledger = new Command('ledger').description('prove that the books are right');
  withConnection(ledger.command('verify'), ADMIN_KEYS)
    .description('derive every charge again from usage and prices, and check that all sums agree')
    .action(async (flags: ConnectionFlags) => {
      const found = await clientFrom(flags, ADMIN_KEYS).json('POST', '/admin/v1/ledger/verify', verificationSchema, {});
      process.stdout.write(`${flags.json ? JSON.stringify(found) : describeVerification(found)}\n`);
      if (!found.is_sound) throw new CliError('the books do not agree.');
    });
  return ledger;
}
