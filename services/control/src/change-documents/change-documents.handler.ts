import { Injectable } from '@nestjs/common';

import type { Caller, ResourceChange, ResourceChangeReply, Role } from '#libs/contracts';
import { role as roleSchema } from '#libs/contracts';
import { CallableAddresses } from '#libs/outbound';
import { mayGrant } from '#libs/permission';
import { ServiceLogger, Settings } from '#libs/runtime';
import type { Transaction } from '#libs/storage';

import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { compileAt } from '../compile-configuration/configuration-location.js';
import type { ConfigurationProblem } from '../compile-configuration/configuration-problem.js';
import { addressOf, memberIdOf, type ConfigurationDocument } from '../keep-documents/configuration-documents.js';
import { DocumentsRepository, type StoredDocument } from '../keep-documents/documents.repository.js';
import { openAll, reasonAgainstClosed, takeSecrets } from '../keep-documents/provider-secrets.js';
import { KeyPublisher } from '../manage-keys/key-publisher.js';
import { KeysRepository } from '../manage-keys/keys.repository.js';
import { noteOf, type Happening } from '../note-changes/change-note.js';
import { OutgoingMessagesRepository } from '../note-changes/outgoing-messages.repository.js';
import { OutgoingRelay } from '../note-changes/outgoing-relay.js';
import { ConfigurationReloader } from '../watch-configuration/configuration-reloader.js';
import { adminRefusal } from './admin-refusals.js';
import { changedFields, differingFields } from './document-change.policy.js';
import { forbiddenFields, isInOrganization, mayDo } from './document-place.policy.js';
import { movedField, providerRefusal } from './provider-addresses.policy.js';
import { ShownDocuments, storedResource } from './shown-documents.js';

type Draft = Pick<StoredDocument, 'kind' | 'organization' | 'name' | 'document' | 'credentials'>;

/** Changes one document of the admin API, as a whole configuration that is found good, with a note for the trail. */
@Injectable()
export class ChangeDocumentsHandler {
  private readonly callable: CallableAddresses;

  constructor(
    private readonly settings: Settings,
    private readonly documents: DocumentsRepository,
    private readonly inForce: ConfigurationInForce,
    private readonly shown: ShownDocuments,
    private readonly outgoing: OutgoingMessagesRepository,
    private readonly relay: OutgoingRelay,
    private readonly reloader: ConfigurationReloader,
    private readonly log: ServiceLogger,
    private readonly keys: KeysRepository,
    private readonly keyPublisher: KeyPublisher,
  ) {
    this.callable = new CallableAddresses({ allow: settings.providerAllow });
  }

  /** @throws QueryRefused with what is wrong; nothing is changed then */
  async change(command: ResourceChange): Promise<ResourceChangeReply> {
    if (!this.inForce.snapshot) throw adminRefusal.unavailable();
    const named = withOwnName(command);
    if (named.organization !== undefined) await this.shown.requireOrganization(named.caller, named.organization);
    if (isInOrganization(named.kind) !== (named.organization !== undefined))
      throw adminRefusal.invalid(
        `A ${named.kind} ${isInOrganization(named.kind) ? 'belongs to an' : 'has no'} organisation.`,
      );
    const changed = await this.documents.change((transaction) => this.changeIn(transaction, named));
    this.relay.nudge();
    await this.reloader.reload();
    // The roles of service accounts stand in the entries of their keys.
    if (named.kind === 'service-account') await this.keyPublisher.compare();
    const revision = this.inForce.snapshot.revision;
    this.log.info({ kind: named.kind, name: named.name, action: named.action, revision }, 'a document was changed');
    if (!changed) return { resource: null, revision };
    return { resource: named.kind === 'price' ? await this.shown.read(named) : storedResource(changed), revision };
  }

  /** Changes several, all or none, without looking at etags; for a file that is applied as a whole. */
  async changeAll(commands: readonly ResourceChange[]): Promise<void> {
    await this.documents.change((transaction) => this.changeAllIn(transaction, commands));
    this.relay.nudge();
    await this.reloader.reload();
    await this.keyPublisher.compare();
  }

  /** Does the same and takes it back, so that what would be refused is refused. @throws QueryRefused */
  async rehearseAll(commands: readonly ResourceChange[]): Promise<void> {
    const takenBack = new Error('a rehearsal is taken back');
    const rehearsal = this.documents.change(async (transaction) => {
      await this.changeAllIn(transaction, commands);
      throw takenBack;
    });
    await rehearsal.catch((error: unknown) => {
      if (error !== takenBack) throw error;
    });
  }

  private async changeAllIn(transaction: Transaction, commands: readonly ResourceChange[]): Promise<void> {
    for (const command of commands) await this.changeIn(transaction, withOwnName(command), commands.length > 1);
    if (commands.length > 1) this.requireSound(await this.documents.all(transaction), undefined);
  }

  private async changeIn(
    transaction: Transaction,
    given: ResourceChange,
    isOneOfMany = false,
  ): Promise<StoredDocument | undefined> {
    const all = await this.documents.all(transaction);
    const existing = all.find((one) => addressOf(one) === addressOf(given));
    const command = given.action === 'put' ? this.settledPut(given, existing) : given;
    this.requireAllowed(command, existing);
    const draft = command.action === 'delete' ? undefined : this.draftOf(command, existing);
    const rest = all.filter((one) => one !== existing);
    if (!draft) await this.requireUnused(transaction, command, rest);
    if (!draft || command.kind === 'member') requireOwner(command, existing, draft, rest);
    if (draft) await this.documents.save(transaction, draft);
    else await this.documents.remove(transaction, { ...command, document: {} });
    const after = await this.documents.all(transaction);
    if (!isOneOfMany) this.requireSound(after, all);
    await this.outgoing.add(transaction, [noteOf(command.caller, happeningOf(command, existing, draft))]);
    return after.find((one) => addressOf(one) === addressOf(command));
  }

  /** What is put takes the place of what has its name, or is made. */
  private settledPut(command: ResourceChange, existing: StoredDocument | undefined): ResourceChange {
    const isThere = existing ?? this.inForce.held.documents.some((one) => addressOf(one) === addressOf(command));
    return { ...command, action: isThere ? 'replace' : 'create' };
  }

  /** A project whose keys still work is in use, and so is its organization. */
  private async requireUnused(
    transaction: Transaction,
    command: ResourceChange,
    rest: readonly StoredDocument[],
  ): Promise<void> {
    requireEmpty(command, rest);
    const { kind, name } = command;
    if (kind !== 'organization' && kind !== 'project') return;
    const place =
      kind === 'organization' ? { organization: name } : { organization: command.organization ?? '', project: name };
    if (await this.keys.areAny(transaction, place))
      throw adminRefusal.notEmpty(kind, name, 'keys that are not revoked');
  }

  private draftOf(command: ResourceChange, existing: StoredDocument | undefined): Draft {
    const { kind, organization, name } = command;
    const address = { kind, ...(organization === undefined ? {} : { organization }), name };
    const kept = existing?.credentials ?? null;
    const givesSecrets = 'apiKey' in command.document || 'apiKeys' in command.document;
    const stays = kind === 'provider' && !givesSecrets ? placeholders(kept) : {};
    const before = existing && { ...existing.document, ...stays };
    const fields = changedFields(before, command);
    if (kind !== 'provider') return { ...address, document: fields, credentials: null };
    const draft = { ...address, ...takeSecrets(address, fields, { secretKey: this.settings.secretKey, kept }) };
    this.requireGoodProvider(draft, existing);
    return draft;
  }

  /** Addresses of a provider are called by workers, and its credentials are sent there. */
  private requireGoodProvider({ document, credentials }: Draft, existing: StoredDocument | undefined): void {
    const refusal = providerRefusal(document, (url) => this.callable.check(url));
    if (refusal) throw adminRefusal.invalid(`${refusal.field}: ${refusal.reason}.`, refusal.field);
    const areKept = credentials?.some((one) => existing?.credentials?.includes(one));
    const moved = areKept ? movedField(existing?.document ?? {}, document) : undefined;
    if (moved !== undefined) throw adminRefusal.credentialNeeded(moved);
  }

  private requireAllowed(command: ResourceChange, existing: StoredDocument | undefined): void {
    const { caller, kind, name, action, ifMatch } = command;
    const inFile = this.inForce.held.documents.find((one) => addressOf(one) === addressOf(command));
    const target = existing ?? inFile;
    if (action === 'create') {
      if (!mayDo(caller, 'create', command)) throw adminRefusal.notAllowed(`make the ${kind} '${name}'`);
      if (target) throw adminRefusal.exists(kind, name);
    } else {
      if (!target || !mayDo(caller, 'read', target)) throw adminRefusal.notFound(kind, name);
      if (inFile) throw adminRefusal.managedByFile(kind, name);
      if (action === 'delete' && !mayDo(caller, 'delete', target))
        throw adminRefusal.notAllowed(`remove the ${kind} '${name}'`);
      if (ifMatch === undefined && action !== 'delete') throw adminRefusal.etagMissing();
      if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== `"v${existing?.version}"`) throw adminRefusal.stale();
    }
    if (action !== 'delete') this.requireFields(command, target);
    requireGrants(caller, command, target);
  }

  private requireFields(command: ResourceChange, target: ConfigurationDocument | undefined): void {
    const { caller, action } = command;
    if ('name' in command.document) throw adminRefusal.forged('name');
    const after = changedFields(target?.document, command);
    const fields = differingFields(target?.document ?? {}, after);
    for (const place of [...(target ? [target] : []), { ...command, document: after }]) {
      const [forbidden] = forbiddenFields(caller, action === 'create' ? 'create' : 'update', place, fields);
      if (forbidden !== undefined)
        throw adminRefusal.notAllowed(`set '${forbidden}' of the ${command.kind} '${command.name}'`);
    }
  }

  /** The whole must be good after a change. Where it was not before either, that is told instead. */
  private requireSound(after: readonly StoredDocument[], before: readonly StoredDocument[] | undefined): void {
    this.requireOpen(after, before ?? []);
    const problem = this.problemOf(after);
    if (!problem) return;
    const old = before && this.problemOf(before);
    if (old) throw adminRefusal.configurationRefused(`${old.path}: ${old.reason}`);
    throw adminRefusal.invalid(`${problem.path}: ${problem.reason}.`, problem.path.split('.').at(-1));
  }

  /** Credentials that do not open refuse every change but one that sets them again or takes them away. */
  private requireOpen(after: readonly StoredDocument[], before: readonly StoredDocument[]): void {
    const { closed } = openAll(after, this.settings.secretKey);
    const [first] = closed;
    if (first === undefined) return;
    const were = openAll(before, this.settings.secretKey).closed;
    const isMended = closed.length < were.length && closed.every((name) => were.includes(name));
    if (!isMended) throw adminRefusal.configurationRefused(`${reasonAgainstClosed(first)}.`);
  }

  private problemOf(documents: readonly StoredDocument[]): ConfigurationProblem | undefined {
    const { configPath: path, secretKey, adminKeySha256 } = this.settings;
    const { documents: stored } = openAll(documents, secretKey);
    const { result } = compileAt({ path, environment: process.env, adminKeySha256, stored });
    return result.isValid ? undefined : result.problems[0];
  }
}

/** A membership is named after whom it is of. */
function withOwnName(command: ResourceChange): ResourceChange {
  if (command.kind !== 'member' || command.action !== 'create') return command;
  const { email, project } = command.document;
  if (typeof email !== 'string') throw adminRefusal.invalid("'email' is missing; it must be a mail address.", 'email');
  return { ...command, name: memberIdOf(email, typeof project === 'string' ? project : undefined) };
}

/** Nobody gives, changes or takes away a role that allows more than their own. */
function requireGrants(caller: Caller, command: ResourceChange, target: ConfigurationDocument | undefined): void {
  const { kind, organization } = command;
  if (organization === undefined || (kind !== 'member' && kind !== 'service-account')) return;
  const after = command.action === 'delete' ? {} : changedFields(target?.document, command);
  for (const { role, project } of [target?.document ?? {}, after]) {
    const known = roleSchema.safeParse(role).data;
    if (known === undefined) continue;
    const grant = { role: known, organization, ...(typeof project === 'string' ? { project } : {}) };
    if (!mayGrant(caller, grant)) throw adminRefusal.moreThanGiver(`give or take the role '${known}'`);
  }
}

function requireOwner(
  { caller, organization }: ResourceChange,
  before: ConfigurationDocument | undefined,
  after: Draft | undefined,
  rest: readonly StoredDocument[],
): void {
  const isOwner = ({ kind, document }: Pick<ConfigurationDocument, 'kind' | 'document'>) =>
    kind === 'member' && document['role'] === ('owner' satisfies Role) && document['project'] === undefined;
  if (caller.admin || !before || !isOwner(before) || (after && isOwner(after))) return;
  if (!rest.some((one) => one.organization === organization && isOwner(one))) throw adminRefusal.lastOwner();
}

function requireEmpty({ kind, name, organization }: ResourceChange, rest: readonly StoredDocument[]): void {
  const inside = rest.filter((one) =>
    kind === 'organization'
      ? one.organization === name
      : one.organization === organization && one.document['project'] === name,
  );
  if ((kind === 'organization' || kind === 'project') && inside.length > 0)
    throw adminRefusal.notEmpty(kind, name, [...new Set(inside.map((one) => `${one.kind}s`))].join(' and '));
}

function placeholders(kept: readonly string[] | null): Record<string, unknown> {
  return kept === null ? {} : { apiKeys: kept.map(() => '[redacted]') };
}

function happeningOf(command: ResourceChange, before: StoredDocument | undefined, after: Draft | undefined): Happening {
  const { kind, name } = command;
  const organization = kind === 'organization' ? name : command.organization;
  const deed = before ? (after ? 'updated' : 'deleted') : 'created';
  const fields = differingFields(before?.document ?? {}, after?.document ?? {});
  const rotated = before?.credentials !== after?.credentials && kind === 'provider' ? ['credentials'] : [];
  return {
    organization,
    ...(kind === 'project' ? { project: name } : {}),
    type: `${kind}.${deed}`,
    subject: { kind, id: name },
    detail: { fields: [...fields, ...rotated], before: before?.document ?? null, after: after?.document ?? null },
  };
}
