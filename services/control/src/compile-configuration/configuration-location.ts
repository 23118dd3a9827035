import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { sha256Hex } from '#libs/secrets';

import type { ConfigurationDocument } from '../keep-documents/configuration-documents.js';
import { compileConfiguration, type CompilationResult } from './compile-configuration.js';
import { DEFAULT_CONFIGURATION } from './default-configuration.js';
import { reasonOf } from './reason-of.js';

const BUILT_IN = 'built-in configuration';

/** Where a configuration comes from: a file, or without a path the built-in one. */
export interface ConfigurationLocation {
  readonly path: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly adminKeySha256?: string | undefined;
  /** What the admin API keeps besides. */
  readonly stored?: readonly ConfigurationDocument[] | undefined;
}

/** A compilation and what it was made from. */
export interface LocatedCompilation {
  readonly origin: string;
  readonly sourceSha256: string;
  readonly result: CompilationResult;
}

/** Reads and compiles the configuration at a location. A file that cannot be read is a problem like any other. */
export function compileAt({
  path,
  environment,
  adminKeySha256,
  stored = [],
}: ConfigurationLocation): LocatedCompilation {
  const origin = path ?? BUILT_IN;
  let text: string;
  try {
    text = path === undefined ? DEFAULT_CONFIGURATION : readText(path);
  } catch (error) {
    const reason = `the file cannot be read: ${reasonOf(error)}`;
    const problems = [{ file: origin, line: 1, column: 1, path: '', reason }];
    return { origin, sourceSha256: sha256Hex(''), result: { isValid: false, problems, referencedFiles: [] } };
  }
  const result = compileConfiguration({
    text,
    path: origin,
    folder: path === undefined ? process.cwd() : dirname(resolve(path)),
    environment,
    readFile: readText,
    isFile,
    adminKeySha256,
    stored,
  });
  return { origin, sourceSha256: sha256Hex(text + policiesOf(stored)), result };
}

/** Policies put in force by hand hold until those of the file or of the API are others, whatever becomes of tenants. */
function policiesOf(stored: readonly ConfigurationDocument[]): string {
  const policies = stored.filter(({ kind }) => kind === 'model' || kind === 'provider' || kind === 'price');
  return policies.length === 0 ? '' : JSON.stringify(policies);
}

function readText(file: string): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
