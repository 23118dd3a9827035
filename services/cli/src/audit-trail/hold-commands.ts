import { Command } from 'commander';
import { z } from 'zod';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';

const HOLDS = '/admin/v1/audit/holds';
const holds = z.object({ data: z.array(z.object({ organization: z.string(), held_since: z.string() })) });

type Holds = z.infer<typeof holds>;

/** `switchyard audit hold …`: legal holds, under which nothing of a log is removed or erased. */
export function holdCommand(): Command {
  const hold = new Command('hold').description(
    'legal holds: nothing of a trail that is held is removed or erased (admin key)',
  );
  hold.addCommand(
    withConnection(new Command('list'), ADMIN_KEYS)
      .description('show whose trail is held, and since when')
      .action(async (flags: ConnectionFlags) => {
        tell(flags, await clientFrom(flags, ADMIN_KEYS).json('GET', HOLDS, holds));
      }),
  );
  hold.addCommand(changeCommand('place', 'POST', 'hold the trail of an organization'));
  hold.addCommand(changeCommand('lift', 'DELETE', 'end the hold of an organization'));
  return hold;
}

function changeCommand(name: string, method: 'POST' | 'DELETE', description: string): Command {
  return withConnection(new Command(name), ADMIN_KEYS)
    .description(description)
    .requiredOption('--organization <name>', 'whose trail')
    .requiredOption('--reason <text>', 'why; it stands in the trail')
    .action(async (flags: ConnectionFlags & { organization: string; reason: string }) => {
      const path = `${HOLDS}/${encodeURIComponent(flags.organization)}`;
      tell(flags, await clientFrom(flags, ADMIN_KEYS).json(method, path, holds, { reason: flags.reason }));
    });
}

function tell({ json }: ConnectionFlags, found: Holds): void {
  const lines = found.data.map(({ organization, held_since: since }) => `${organization}  held since ${since}`);
  const text = lines.length === 0 ? 'No trail is held.' : lines.join('\n');
  process.stdout.write(`${json ? JSON.stringify(found) : text}\n`);
}
