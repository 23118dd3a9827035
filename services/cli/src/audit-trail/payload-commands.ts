import { Command } from 'commander';
import { z } from 'zod';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';
import { CliError } from '../cli.error.js';
import { describeErasure } from './describe-erasure.policy.js';

const text = z.looseObject({ content: z.string(), kept_bytes: z.number(), bytes: z.number() });
const payload = z.looseObject({ keep: z.string(), captured_at: z.string(), prompt: text, answer: text.nullable() });
const erasure = z.looseObject({ pseudonym: z.string(), erased_at: z.string(), keys_destroyed: z.number() });

/** `switchyard audit payload`: what was kept of prompt and answer of a request. */
export function payloadCommand(): Command {
  return withConnection(new Command('payload'), ADMIN_KEYS)
    .description('print what is kept of prompt and answer of a request; the reading is recorded')
    .argument('<request>', 'its id, such as req_…')
    .option('--organization <name>', 'whose request (default: that of the key)')
    .action(async (request: string, flags: ConnectionFlags & { organization?: string }) => {
      const query = flags.organization === undefined ? '' : `?organization=${encodeURIComponent(flags.organization)}`;
      const path = `/v1/audit/payloads/${encodeURIComponent(request)}${query}`;
      const shown = await clientFrom(flags, ADMIN_KEYS).json('GET', path, payload);
      process.stdout.write(flags.json ? `${JSON.stringify(shown)}\n` : described(shown));
    });
}

/** `switchyard audit erase`: destroys the keys of a data subject. */
export function eraseCommand(): Command {
  return withConnection(new Command('erase'), ADMIN_KEYS)
    .description(
      'destroy the keys of what was kept of an end user, so that nobody can read it again; there is no way back',
    )
    .requiredOption('--organization <name>', 'whose end user')
    .option('--subject <user>', 'the end user, as requests name it')
    .option('--unnamed', 'all requests that name no end user, instead')
    .requiredOption('--reason <text>', 'why; it stands in the trail')
    .action(
      async (
        flags: ConnectionFlags & { organization: string; subject?: string; unnamed?: boolean; reason: string },
      ) => {
        const { organization, subject, unnamed = false, reason } = flags;
        if ((subject === undefined) !== unnamed) throw new CliError('Give either --subject or --unnamed.');
        const body = { organization, subject: subject ?? '', reason };
        const done = await clientFrom(flags, ADMIN_KEYS).json('POST', '/admin/v1/audit/erasures', erasure, body);
        process.stdout.write(
          `${flags.json ? JSON.stringify(done) : describeErasure(done, { organization, subject })}\n`,
        );
      },
    );
}

function described({ keep, captured_at: at, prompt, answer }: z.infer<typeof payload>): string {
  const part = (name: string, shown: z.infer<typeof text> | null): string =>
    shown ? `--- ${name} (${shown.kept_bytes} of ${shown.bytes} bytes)\n${shown.content}\n` : `--- ${name}: none\n`;
  return `kept ${keep}, ${at}\n${part('prompt', prompt)}${part('answer', answer)}`;
}
