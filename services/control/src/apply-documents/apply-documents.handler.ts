import { Injectable } from '@nestjs/common';
import { stringify } from 'yaml';

import type {
  ConfigurationApply,
  ConfigurationApplyReply,
  ConfigurationExport,
  ConfigurationExportReply,
  DocumentDifference,
  ResourceChange,
} from '#libs/contracts';
import { Settings } from '#libs/runtime';

import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { adminRefusal } from '../change-documents/admin-refusals.js';
import { ChangeDocumentsHandler } from '../change-documents/change-documents.handler.js';
import { storedResource } from '../change-documents/shown-documents.js';
import { requireAdmin } from '../change-policies/require-admin.js';
import { formatPath } from '../compile-configuration/configuration-problem.js';
import { YamlText } from '../compile-configuration/yaml-text.js';
import {
  addressOf,
  documentsIn,
  memberIdOf,
  withDocuments,
  type ConfigurationDocument,
} from '../keep-documents/configuration-documents.js';
import { DocumentsRepository } from '../keep-documents/documents.repository.js';
import { openAll, REDACTED } from '../keep-documents/provider-secrets.js';
import { misshapenPart } from './applied-shape.policy.js';
import { documentDifferences, type Compared } from './document-differences.policy.js';

const REFERENCE = /(?<!\$)\$\{(env|file):[^}]*\}/;

/** The second door to the documents of the admin API: a text of the form of `switchyard.yaml`. */
@Injectable()
export class ApplyDocumentsHandler {
  constructor(
    private readonly settings: Settings,
    private readonly documents: DocumentsRepository,
    private readonly inForce: ConfigurationInForce,
    private readonly changes: ChangeDocumentsHandler,
  ) {}

  /** Makes what is kept into what the text says, all or nothing; or tells what would change, and refuses what would be refused. @throws QueryRefused */
  async apply({
    caller,
    text,
    name = 'the text',
    isTrial,
    prune,
  }: ConfigurationApply): Promise<ConfigurationApplyReply> {
    requireAdmin(caller);
    const wanted = readable(name, () => this.read(text, name));
    const stored = await this.documents.all();
    const kept = openAll(stored, this.settings.secretKey).documents.map(compared);
    const secretsOf = new Map(kept.map((one) => [one.address, one.document]));
    const resolved = wanted.map((one) => compared(withKeptSecrets(one, secretsOf.get(addressOf(one)))));
    const inFile = new Set(this.inForce.held.documents.map(addressOf));
    const differences = documentDifferences(resolved, kept, { inFile, prune });
    const commands = differences.flatMap((difference) => this.commandsOf(difference, resolved, caller));
    await (isTrial ? this.changes.rehearseAll(commands) : this.changes.changeAll(commands));
    return { differences, revision: this.inForce.snapshot?.revision ?? 0 };
  }

  /** Everything in force, without secrets. */
  async export({ caller }: ConfigurationExport): Promise<ConfigurationExportReply> {
    requireAdmin(caller);
    const stored = (await this.documents.all()).map((one) => storedResource(one));
    const whole = withDocuments(withDocuments({ version: 1 }, this.inForce.held.documents), stored);
    return { text: stringify(whole, { lineWidth: 0 }), revision: this.inForce.snapshot?.revision ?? 0 };
  }

  private read(text: string, name: string): ConfigurationDocument[] {
    const yaml = new YamlText(text);
    const [syntax] = yaml.syntaxProblems;
    if (syntax) throw adminRefusal.invalid(`${name}:${syntax.line}:${syntax.column}: ${syntax.reason}.`, 'text');
    for (const { scalar, position } of yaml.scalars()) {
      if (typeof scalar.value !== 'string') continue;
      if (REFERENCE.test(scalar.value))
        throw adminRefusal.invalid(
          `${name}:${position.line}:${position.column}: references are followed by "switchyard apply", on the machine that has what they name.`,
          'text',
        );
      scalar.value = scalar.value.replaceAll('$${', '${');
    }
    const value: unknown = yaml.toValue();
    const misshapen = misshapenPart(value);
    if (misshapen) {
      const { line, column } = yaml.positionOf(misshapen.path);
      const field = formatPath(misshapen.path);
      const what = field === '' ? '' : `${field}: `;
      throw adminRefusal.invalid(`${name}:${line}:${column}: ${what}${misshapen.reason}.`, field || 'text');
    }
    return documentsIn(value);
  }

  private commandsOf(
    { kind, organization, name, change }: DocumentDifference,
    wanted: readonly Compared[],
    caller: ResourceChange['caller'],
  ): ResourceChange[] {
    if (change === 'unchanged' || change === 'file') return [];
    const address = { kind, ...(organization === undefined ? {} : { organization }), name };
    const document = wanted.find((one) => one.address === addressOf(address))?.document ?? {};
    const action = change === 'update' ? ('replace' as const) : change;
    return [
      { caller, ...address, action, document: { ...document }, ...(action === 'replace' ? { ifMatch: '*' } : {}) },
    ];
  }
}

/** What the parser cannot walk through, or not without end, is the text's fault. @throws QueryRefused 400 */
function readable<Read>(name: string, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError)
      throw adminRefusal.invalid(`${name}: the YAML is nested too deep to be read.`, 'text');
    if (error instanceof ReferenceError)
      throw adminRefusal.invalid(`${name}: the YAML aliases are wrong: ${error.message}.`, 'text');
    throw error;
  }
}

function compared(one: ConfigurationDocument): Compared {
  const { kind, organization, name, document } = one;
  const { email, project } = document;
  const isMember = kind === 'member' && typeof email === 'string';
  const own = isMember ? memberIdOf(email, typeof project === 'string' ? project : undefined) : name;
  const address = { kind, ...(organization === undefined ? {} : { organization }), name: own };
  return { ...address, address: addressOf(address), document };
}

/** A credential that was exported stands for the one that is kept. */
function withKeptSecrets(
  one: ConfigurationDocument,
  kept: ConfigurationDocument['document'] | undefined,
): ConfigurationDocument {
  const { apiKey, apiKeys, ...document } = one.document;
  const given = [apiKey, ...(Array.isArray(apiKeys) ? (apiKeys as unknown[]) : [])].filter(
    (text) => text !== undefined,
  );
  if (given.length === 0 || !given.every((text) => text === REDACTED)) return one;
  const secrets = Object.entries(kept ?? {}).filter(([field]) => field === 'apiKey' || field === 'apiKeys');
  return { ...one, document: { ...document, ...Object.fromEntries(secrets) } };
}
