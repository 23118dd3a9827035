import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Settings } from '#libs/runtime';
import { parseDocument } from 'yaml';
import { destinationsFile, type Destination } from './destination.schema.js';

/** The destinations of the operator's file, read once. A wrong file keeps the service from starting. */
@Injectable()
export class Destinations {
  readonly all: readonly Destination[];

  /** @throws Error that names the file and the first thing at fault */
  constructor({ auditPushFile }: Settings) {
    this.all = auditPushFile === undefined ? [] : readDestinations(auditPushFile);
  }
}

/** @throws Error that names the file and the first thing at fault, and no secret */
export function readDestinations(file: string): Destination[] {
  const read = destinationsFile.safeParse(contentOf(file));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new Error(
      `SWITCHYARD_AUDIT_PUSH_FILE (${file}): ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'is not understood'}`,
    );
  }
  return read.data.destinations.map((one) => ({
    ...one,
    // Beside the file, unless said otherwise; its text from here on.
    ...(one.ca === undefined ? {} : { ca: readFileSync(resolve(dirname(file), one.ca), 'utf8') }),
  }));
}

function contentOf(file: string): unknown {
  const document = parseDocument(readFileSync(file, 'utf8'));
  const [error] = document.errors;
  if (!error) return document.toJS();
  // The parser's own message quotes the line at fault, which may hold a secret.
  const line = error.linePos?.[0].line ?? 1;
  throw new Error(`SWITCHYARD_AUDIT_PUSH_FILE (${file}) is no YAML that can be read: look at line ${line}.`);
}
