// Makes the identities of all services for a nats-server of one's own; see docs/runbooks/rotate-an-identity.md.
import { parseArgs } from 'node:util';

import { AUTHORIZATION_FILE, ensureIdentities } from './identity-files.js';

const USAGE = 'make-identities FOLDER [--reader NAME=ORGANIZATION]…';

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { reader: { type: 'string', multiple: true, default: [] } },
  });
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1) throw new Error(`usage: ${USAGE}`);
  const readers = values.reader.map((text) => {
    const [name = '', organization = ''] = text.split('=');
    return { name, organization };
  });
  await ensureIdentities(folder, readers);
  process.stdout.write(`Seeds of all services, and ${AUTHORIZATION_FILE} for nats-server, are in ${folder}.\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
