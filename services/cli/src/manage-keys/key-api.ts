import { issuedKeySchema, keyObjectSchema, type IssuedKey, type KeyObject } from '#libs/contracts';
import { z } from 'zod';
import type { ApiClient } from '../call-api/api-client.js';

const page = z.object({ data: z.array(keyObjectSchema), hasMore: z.boolean(), next: z.string().nullable() });
const revoked = z.looseObject({ id: z.string() });

/** What a new key is for and what it is bound to; without bounds it may do what keys of its project may. */
export interface NewKey {
  readonly project: string;
  readonly name: string;
  readonly scopes?: readonly string[] | undefined;
  readonly models?: readonly string[] | undefined;
  readonly expiresAt?: string | undefined;
}

/** The addresses below `/admin/v1/organizations/{organization}/keys`. */
export class KeyApi {
  private readonly address: string;

  constructor(
    private readonly api: ApiClient,
    organization: string,
  ) {
    this.address = `/admin/v1/organizations/${encodeURIComponent(organization)}/keys`;
  }

  /** All of them, or all of one project. */
  async list(project: string | undefined): Promise<KeyObject[]> {
    const keys: KeyObject[] = [];
    const query = new URLSearchParams({ limit: '100', ...(project === undefined ? {} : { project }) });
    for (let more = true; more;) {
      const { data, hasMore, next }: z.infer<typeof page> = await this.api.json(
        'GET',
        `${this.address}?${query.toString()}`,
        page,
      );
      keys.push(...data);
      more = hasMore && next !== null;
      query.set('after', next ?? '');
    }
    return keys;
  }

  create(key: NewKey): Promise<IssuedKey> {
    return this.api.json('POST', this.address, issuedKeySchema, key);
  }

  rotate(id: string, overlapSeconds: number | undefined): Promise<IssuedKey> {
    return this.api.json(
      'POST',
      `${this.of(id)}/rotate`,
      issuedKeySchema,
      overlapSeconds === undefined ? {} : { overlapSeconds },
    );
  }

  async revoke(id: string): Promise<object> {
    return this.api.json('DELETE', this.of(id), revoked);
  }

  private of(id: string): string {
    return `${this.address}/${encodeURIComponent(id)}`;
  }
}
