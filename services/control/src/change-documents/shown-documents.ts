import { Injectable } from '@nestjs/common';

import type { Caller, Resource, ResourceKind, ResourceList, ResourcePage, ResourceRead } from '#libs/contracts';
import { belongsTo } from '#libs/permission';
import { sha256Hex } from '#libs/secrets';

import { canonicalJson } from '../apply-configuration/canonical-json.policy.js';
import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { addressOf, type ConfigurationDocument } from '../keep-documents/configuration-documents.js';
import { DocumentsRepository, type StoredDocument } from '../keep-documents/documents.repository.js';
import { withRedactions } from '../keep-documents/provider-secrets.js';
import { adminRefusal } from './admin-refusals.js';
import { mayDo } from './document-place.policy.js';
import { withPriceFacts } from './price-facts.js';

const DIGEST_DIGITS = 16;

/** The documents of the file and of the API together, as far as the caller may see them. */
@Injectable()
export class ShownDocuments {
  constructor(
    private readonly documents: DocumentsRepository,
    private readonly inForce: ConfigurationInForce,
  ) {}

  /** @throws QueryRefused 404 for an organisation that the caller may not see */
  async list({ caller, kind, organization, after = '', limit }: ResourceList): Promise<ResourcePage> {
    if (organization !== undefined) await this.requireOrganization(caller, organization);
    const found = (await this.visible(caller, kind))
      .filter((one) => one.organization === organization && one.name > after)
      .toSorted((left, right) => (left.name < right.name ? -1 : 1));
    return { resources: found.slice(0, limit), hasMore: found.length > limit };
  }

  /** @throws QueryRefused 404 for one that is not there or not the caller's */
  async read({ caller, kind, organization, name }: ResourceRead): Promise<Resource> {
    const found = (await this.visible(caller, kind)).find(
      (one) => one.organization === organization && one.name === name,
    );
    if (!found) throw adminRefusal.notFound(kind, name);
    return found;
  }

  /** @throws QueryRefused 404 */
  async requireOrganization(caller: Caller, name: string): Promise<void> {
    const isThere =
      this.inForce.held.documents.some((one) => one.kind === 'organization' && one.name === name) ||
      (await this.documents.all()).some((one) => one.kind === 'organization' && one.name === name);
    if (!isThere || !belongsTo(caller, name)) throw adminRefusal.notFound('organization', name);
  }

  private async visible(caller: Caller, kind: ResourceKind): Promise<Resource[]> {
    const inFile = this.inForce.held.documents.map(fileResource);
    const known = new Set(inFile.map(addressOf));
    const stored = (await this.documents.all()).map(storedResource).filter((one) => !known.has(addressOf(one)));
    const visible = [...inFile, ...stored].filter((one) => one.kind === kind && mayDo(caller, 'read', one));
    return kind === 'price' ? withPriceFacts(visible, Date.now()) : visible;
  }
}

/** A stored document as it is shown. */
export function storedResource({
  document,
  credentials,
  version,
  createdAt,
  updatedAt,
  ...address
}: StoredDocument): Resource {
  return {
    ...address,
    document: withRedactions(document, credentials?.length ?? 0),
    managedBy: 'api',
    etag: `"v${version}"`,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function fileResource({ document, ...address }: ConfigurationDocument): Resource {
  return {
    ...address,
    document: { ...document },
    managedBy: 'file',
    etag: `"f${sha256Hex(canonicalJson(document)).slice(0, DIGEST_DIGITS)}"`,
    createdAt: null,
    updatedAt: null,
  };
}
