import { resolve } from 'node:path';

import { formatPath, printable, type ConfigurationProblem } from './configuration-problem.js';
import type { ConfigurationSource } from './configuration-source.js';
import { reasonOf } from './reason-of.js';
import type { YamlText } from './yaml-text.js';

const REFERENCE = /(\$?)\$\{([^}]*)\}/g;
const KNOWN = /^(env|file):(.+)$/s;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LONGEST_FILE_CHARACTERS = 65_536;

/** What became of the references: those that could not be followed, and the files that others led to. */
export interface ReferenceOutcome {
  readonly problems: readonly ConfigurationProblem[];
  /** Absolute paths, to be watched along with the configuration file. */
  readonly files: readonly string[];
}

/** Whether text is nothing but one reference, hence no secret itself. */
export function isReference(text: string): boolean {
  return /^\$\{(env|file):[^}]+\}$/.test(text);
}

/**
 * Replaces `${env:NAME}` and `${file:PATH}` in every text value of the YAML, in place; `$${` stands for a literal `${`.
 * Paths start at the folder of the configuration file; white space at the end of a file's content is dropped. A
 * reference that cannot be followed becomes a problem and leaves its value as it was.
 */
export function substituteReferences(yaml: YamlText, source: ConfigurationSource): ReferenceOutcome {
  const problems: ConfigurationProblem[] = [];
  const files: string[] = [];
  for (const { path, scalar, position } of yaml.scalars()) {
    if (typeof scalar.value !== 'string') continue;
    scalar.value = scalar.value.replace(REFERENCE, (whole: string, escape: string, inner: string) => {
      if (escape !== '') return whole.slice(1);
      const found = follow(inner, source, files);
      if ('text' in found) return found.text;
      problems.push({
        file: source.path,
        ...position,
        path: printable(formatPath(path)),
        reason: printable(found.reason),
      });
      return whole;
    });
  }
  return { problems, files: [...new Set(files)] };
}

type Found = { readonly text: string } | { readonly reason: string };

function follow(inner: string, source: ConfigurationSource, files: string[]): Found {
  const [, kind, name = ''] = KNOWN.exec(inner) ?? [];
  if (kind === 'env' && VARIABLE.test(name)) return followVariable(name, source);
  if (kind === 'file') return followFile(name, source, files);
  return { reason: `"\${${inner}}" is no reference; write \${env:NAME} or \${file:PATH}, or $\${ for a literal \${` };
}

function followVariable(name: string, { environment }: ConfigurationSource): Found {
  const text = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (text !== undefined && text !== '') return { text };
  return {
    reason: `the environment variable ${name} is ${text === '' ? 'empty' : 'not set'}; set it for the control service (npm start passes its own environment on)`,
  };
}

function followFile(name: string, source: ConfigurationSource, files: string[]): Found {
  const file = resolve(source.folder, name);
  files.push(file);
  try {
    const text = source.readFile(file).trimEnd();
    if (text === '') return { reason: `the file ${file} is empty` };
    if (text.length > LONGEST_FILE_CHARACTERS) {
      return { reason: `the file ${file} is longer than ${LONGEST_FILE_CHARACTERS} characters` };
    }
    return { text };
  } catch (error) {
    return { reason: `the file ${file} cannot be read: ${reasonOf(error)}` };
  }
}
