import { parseArgs } from 'node:util';

import { Client } from 'pg';

import { compareBills } from './check/check-bill.js';
import { checkBooksOf } from './check/check.js';
import { checkStreams, readStreams } from './check/check-streams.js';
import type { Query, Violation } from './check/violation.js';
import { FaultsError } from './faults.error.js';
import { readCallLog } from './ground/sim-process.js';

/** `check`: the invariants of a Switchyard that is at rest; true where all of them hold. */
export async function runCheck(commandLine: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: commandLine,
    options: {
      database: { type: 'string' },
      nats: { type: 'string' },
      'nats-seed': { type: 'string' },
      'provider-log': { type: 'string' },
    },
  });
  if (values.database === undefined) throw new FaultsError('check needs a database.', 'Give --database postgres://…');
  const client = new Client({ connectionString: values.database });
  await client.connect();
  const query: Query = async (sql, parameters) => (await client.query(sql, [...(parameters ?? [])])).rows;
  try {
    const violations: Violation[] = await checkBooksOf(client);
    if (values.nats !== undefined) {
      const view = { url: values.nats, seedFile: values['nats-seed'] };
      violations.push(...checkStreams(await readStreams(view)));
    }
    if (values['provider-log'] !== undefined)
      violations.push(...(await compareBills(await readCallLog(values['provider-log']), query)).violations);
    for (const { invariant, says, count, examples } of violations)
      process.stdout.write(`${invariant}: ${says}: violated ${count} times, such as ${examples.join(' ')}\n`);
    process.stdout.write(
      violations.length === 0 ? 'every invariant holds\n' : `${violations.length} invariants are violated\n`,
    );
    return violations.length === 0;
  } finally {
    await client.end();
  }
}
