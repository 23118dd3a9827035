import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  resourceChangeReplySchema,
  resourcePageSchema,
  resourceSchema,
  slug,
  Subject,
  type Caller,
  type ResourceChange,
  type ResourceKind,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { readFields } from '../http/read-json.js';
import { pageQuery } from './admin-fields.js';
import { pageObject, resourceObject } from './admin-objects.js';

const CHANGE_WITHIN_MILLISECONDS = 15_000;

/** Who asks, and where: what each route of the admin API begins with. */
export interface Asked {
  readonly caller: Caller;
  readonly kind: ResourceKind;
  readonly organization?: string | undefined;
}

/** The way to the documents that control keeps: every list, every etag and every refusal in one form. */
@Injectable()
export class DocumentsDoor {
  constructor(private readonly messaging: Messaging) {}

  async list(asked: Asked, query: unknown): Promise<object> {
    const fields = readFields(query, pageQuery);
    const page = await this.messaging.ask(Subject.resourceList, { ...known(asked), ...fields }, resourcePageSchema);
    const cursorOf = (one: ReturnType<typeof resourceObject>): string => ('name' in one ? one.name : one.id);
    return pageObject(page.resources.map(resourceObject), page.hasMore, cursorOf);
  }

  async read(asked: Asked, name: string, reply: FastifyReply): Promise<object> {
    const found = await this.messaging.ask(Subject.resourceRead, { ...known(asked), name }, resourceSchema);
    reply.header('etag', found.etag);
    return resourceObject(found);
  }

  /** Makes, changes or takes away a document; the answer is the document, or that it is gone. */
  async change(
    asked: Asked,
    change: Pick<ResourceChange, 'name' | 'action'> & Partial<ResourceChange>,
    reply: FastifyReply,
  ): Promise<object> {
    return (await this.changed(asked, change, reply)).object;
  }

  /** The same with the revision from which on the change is in force. */
  async changed(
    asked: Asked,
    change: Pick<ResourceChange, 'name' | 'action'> & Partial<ResourceChange>,
    reply: FastifyReply,
  ): Promise<{ readonly object: object; readonly revision: number }> {
    const command = { ...known(asked), document: {}, ...change };
    const { resource, revision } = await this.messaging.ask(
      Subject.resourceChange,
      command,
      resourceChangeReplySchema,
      CHANGE_WITHIN_MILLISECONDS,
    );
    if (!resource) return { object: { object: `${asked.kind}.deleted`, name: change.name, deleted: true }, revision };
    reply.header('etag', resource.etag);
    return { object: resourceObject(resource), revision };
  }
}

/** A name in the address that could not be one is unknown, like any other that nothing has. @throws DialectError 404 */
function known(asked: Asked): Asked {
  if (asked.organization !== undefined && !slug.safeParse(asked.organization).success)
    throw new DialectError(404, 'not_found', 'There is no organization of that name that you may see.');
  return asked;
}
