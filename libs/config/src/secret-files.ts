import { resolve } from 'node:path';
import { openFileProblems, privateFileProblems, readableFileProblems } from './private-files.js';

/** Files of secrets that the environment names: each has to be there, and closed to others. */
const PRIVATE = [
  'SWITCHYARD_NATS_SEED_FILE',
  'SWITCHYARD_REQUEST_SEAL_FILE',
  'SWITCHYARD_NATS_KEY',
  'SWITCHYARD_DATABASE_KEY',
  'SWITCHYARD_AUDIT_PUSH_FILE',
] as const;
const PUBLIC = [
  'SWITCHYARD_NATS_CA',
  'SWITCHYARD_NATS_CERTIFICATE',
  'SWITCHYARD_DATABASE_CA',
  'SWITCHYARD_DATABASE_CERTIFICATE',
] as const;

/** What is wrong with the files of keys and certificates, before anything is sent that they should protect. */
export function secretFileProblems(
  given: Readonly<Record<string, string | undefined>>,
  workingFolder: string,
): string[] {
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(workingFolder, path));
  const isKeptInFile = (given['SWITCHYARD_KEY_PROVIDER'] ?? 'file') === 'file';
  const masterKey = given['SWITCHYARD_KEY_FILE'] ?? `${given['SWITCHYARD_HOME'] ?? '.switchyard'}/keys/payload.key`;
  return [
    ...PRIVATE.flatMap((variable) => privateFileProblems(variable, absolute(given[variable]))),
    ...PUBLIC.flatMap((variable) => readableFileProblems(variable, absolute(given[variable]))),
    // It is made where it is not there yet.
    ...(isKeptInFile ? openFileProblems('SWITCHYARD_KEY_FILE', absolute(masterKey)) : []),
  ];
}
