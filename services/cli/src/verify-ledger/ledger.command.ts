import { Command } from 'commander';
import { z } from 'zod';
import { ledgerVerifyReplySchema } from '#libs/contracts';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';
import { ExitCode } from '../exit-code.js';
import { describeVerification } from './describe-verification.policy.js';

const verificationSchema = ledgerVerifyReplySchema.extend({ is_sound: z.boolean() });

/** `switchyard ledger …`: the proof that the books are right. */
export function ledgerCommand(exit: (code: number) => void): Command {
  const ledger = new Command('ledger').description('prove that the books are right');
  withConnection(ledger.command('verify'), ADMIN_KEYS)
    .description(
      'derive every charge again from usage and prices, and check that all sums agree; the exit status is 2 where not',
    )
    .action(async (flags: ConnectionFlags) => {
      const found = await clientFrom(flags, ADMIN_KEYS).json('POST', '/admin/v1/ledger/verify', verificationSchema, {});
      process.stdout.write(`${flags.json ? JSON.stringify(found) : describeVerification(found)}\n`);
      exit(found.is_sound ? ExitCode.ok : ExitCode.failedLines);
    });
  return ledger;
}
