import { dirname, resolve } from 'node:path';

import { QueryRefused } from '#libs/messaging';
import { sha256Hex } from '#libs/secrets';

import { compileConfiguration } from '../compile-configuration/compile-configuration.js';
import type { CompiledConfiguration } from '../compile-configuration/compiled-configuration.js';
import { formatProblem, printable, type ConfigurationProblem } from '../compile-configuration/configuration-problem.js';
import { proposedReferences } from './proposed-references.js';

const DEFAULT_NAME = 'policy';
const MOST_PROBLEMS_TOLD = 10;

/** A proposed configuration whose credentials are placeholders: good for deciding, never for calling. */
export interface CompiledProposal {
  readonly configuration: CompiledConfiguration;
  readonly redactedText: string;
}

/** A text to be compiled, and what it is called where something is wrong with it. */
export interface ProposedText {
  readonly text: string;
  readonly name?: string | undefined;
}

/** Where the file in force stands, since relative paths in the text start there. */
export interface ProposalPlace {
  readonly configPath: string | undefined;
  readonly adminKeySha256: string | undefined;
}

/**
 * Compiles a text as if it stood in the configuration file, without reading anything of this machine: neither its environment
 * nor its files.
 * @throws QueryRefused with everything that is wrong in the text
 */
export function compileProposal(
  { text, name = DEFAULT_NAME }: ProposedText,
  { configPath, adminKeySha256 }: ProposalPlace,
): CompiledProposal {
  const file = printable(name);
  const { problems, variables } = proposedReferences(text, file);
  if (problems.length > 0) throw refusalOf(problems);
  const result = compileConfiguration({
    text,
    path: file,
    folder: configPath === undefined ? process.cwd() : dirname(resolve(configPath)),
    environment: Object.fromEntries([...variables].map((variable) => [variable, placeholderFor(`env:${variable}`)])),
    readFile: (path) => placeholderFor(`file:${path}`),
    isFile: () => true,
    adminKeySha256,
  });
  if (!result.isValid) throw refusalOf(result.problems);
  return result;
}

/** Different for different references, since keys must differ. */
function placeholderFor(reference: string): string {
  return `placeholder-${sha256Hex(reference).slice(0, 32)}`;
}

function refusalOf(problems: readonly ConfigurationProblem[]): QueryRefused {
  const told = problems.slice(0, MOST_PROBLEMS_TOLD).map(formatProblem);
  const rest = problems.length > told.length ? [`and ${problems.length - told.length} more`] : [];
  const message = `The policy is refused: ${[...told, ...rest].join('; ')}`;
  return new QueryRefused({ status: 400, code: 'invalid_policy', message, param: 'text' });
}
