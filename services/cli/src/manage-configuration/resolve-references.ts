import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isScalar, parseDocument, visit } from 'yaml';
import { CliError } from '../cli.error.js';
import { unreadable } from '../file-problems.js';

const REFERENCE = /(\$?)\$\{(env|file):([^}]+)\}/g;

/**
 * The text with `${env:NAME}` and `${file:PATH}` followed here, on the machine that has what they name; paths start at the
 * folder of the file. @throws CliError for one that leads nowhere
 */
export function resolveReferences(text: string, file: string): string {
  const document = parseDocument(text, { prettyErrors: false });
  // What cannot be read is refused by the server, which says where.
  if (document.errors.length > 0) return text;
  visit(document, {
    Scalar: (_key, node) => {
      if (!isScalar(node) || typeof node.value !== 'string') return;
      node.value = node.value.replace(REFERENCE, (whole: string, escape: string, kind: string, name: string) =>
        escape === '' ? follow(kind, name, file) : whole,
      );
    },
  });
  return document.toString({ lineWidth: 0 });
}

function follow(kind: string, name: string, file: string): string {
  if (kind === 'env') {
    const value = process.env[name];
    if (value !== undefined && value !== '') return value;
    throw new CliError(`The environment variable ${name}, which ${file} refers to, is not set; set it and try again.`);
  }
  try {
    return readFileSync(resolve(dirname(file), name), 'utf8').trimEnd();
  } catch (error) {
    throw new CliError(`${file} refers to another file. ${unreadable(name, error).message}`, { cause: error });
  }
}
