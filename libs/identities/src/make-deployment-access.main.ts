// Makes certificates and identities for a deployment; see docs/deployment.md.
import { parseArgs } from 'node:util';

import { ensureDeploymentAccess, type FileOwners } from './deployment-access.js';

const USAGE =
  'make-deployment-access FOLDER [--name HOST]… [--reader NAME=ORGANIZATION]… [--owners SERVICES_UID:POSTGRES_UID]';

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      reader: { type: 'string', multiple: true, default: [] },
      name: { type: 'string', multiple: true, default: [] },
      owners: { type: 'string' },
    },
  });
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1) throw new Error(`usage: ${USAGE}`);
  const readers = values.reader.map((text) => {
    const [name = '', organization = ''] = text.split('=');
    return { name, organization };
  });
  await ensureDeploymentAccess(folder, { readers, names: values.name, owners: ownersIn(values.owners) });
  process.stdout.write(`Certificates and identities are in ${folder}, a folder for each process.\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

function ownersIn(text: string | undefined): FileOwners | undefined {
  if (text === undefined) return undefined;
  const [, services, postgres] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (services === undefined || postgres === undefined) throw new Error(`usage: ${USAGE}`);
  return { services: Number(services), postgres: Number(postgres) };
}
