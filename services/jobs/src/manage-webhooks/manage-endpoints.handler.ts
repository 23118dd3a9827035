import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type {
  Caller,
  WebhookEndpointCreate,
  WebhookEndpointDeleted,
  WebhookEndpointList,
  WebhookEndpointObject,
  WebhookEndpointPage,
  WebhookEndpointRead,
  WebhookEndpointUpdate,
  WebhookEndpointWithSecret,
  WebhookSecretRotate,
} from '#libs/contracts';
import { pageAfter, QueryRefused } from '#libs/messaging';
import { OutboundError } from '#libs/outbound';
import { Settings } from '#libs/runtime';
import { sealWebhookSecret } from '#libs/secrets';
import { WebhookSender } from '../deliver-webhooks/webhook-sender.js';
import {
  WebhookEndpointRepository,
  type EndpointFields,
  type StoredSecrets,
} from '../keep-webhooks/webhook-endpoint.repository.js';
import { WebhookSecrets } from '../keep-webhooks/webhook-secrets.js';
import { WebhookLimits } from '../webhook-limits.js';
import { makerOf, trailReachOf, wishesForTrail } from './trail-reach.policy.js';
import { toEndpointObject, toPage } from './webhook-objects.policy.js';

/** The endpoints of a project. What an endpoint signs with is made here, shown once, and kept sealed. */
@Injectable()
export class ManageEndpointsHandler {
  constructor(
    private readonly endpoints: WebhookEndpointRepository,
    private readonly sender: WebhookSender,
    private readonly settings: Settings,
    private readonly limits: WebhookLimits,
  ) {}

  async create({ caller, fields }: WebhookEndpointCreate): Promise<WebhookEndpointWithSecret> {
    const id = `we_${randomUUID().replaceAll('-', '')}`;
    const secrets = WebhookSecrets.create();
    const { event_types: eventTypes, ...rest } = fields;
    const endpoint = await this.endpoints.insert(
      caller,
      {
        ...rest,
        ...reachFor(caller, eventTypes),
        id,
        eventTypes,
        url: this.checked(fields.url),
        secrets: this.sealed(secrets, id),
      },
      this.limits.endpointsPerProject,
    );
    if (endpoint) return { ...toEndpointObject(endpoint), signing_secret: secrets.secret };
    throw new QueryRefused({
      status: 409,
      code: 'too_many_webhook_endpoints',
      message: `The project has ${this.limits.endpointsPerProject} webhook endpoints, the most it may; delete one first.`,
    });
  }

  async read({ caller, id }: WebhookEndpointRead): Promise<WebhookEndpointObject> {
    return toEndpointObject(known(id, await this.endpoints.find(caller, id)));
  }

  async list({ caller, after, limit }: WebhookEndpointList): Promise<WebhookEndpointPage> {
    const page = await this.endpoints.list(caller, { after, limit: limit + 1 });
    const found = await pageAfter(page, { id: after }, (id) => this.endpoints.find(caller, id));
    return toPage(found.map(toEndpointObject), limit);
  }

  async update({ caller, id, fields }: WebhookEndpointUpdate): Promise<WebhookEndpointObject> {
    const { event_types: eventTypes, url, ...rest } = fields;
    // What is sent where is the doing of whoever changes either, and goes no further than they may read.
    const isAnew = eventTypes !== undefined || url !== undefined || rest.enabled === true;
    const heard = eventTypes ?? (isAnew ? known(id, await this.endpoints.find(caller, id)).eventTypes : []);
    const changes = {
      ...rest,
      ...(isAnew && reachFor(caller, heard)),
      ...(eventTypes && { eventTypes }),
      ...(url !== undefined && { url: this.checked(url) }),
    };
    return toEndpointObject(known(id, await this.endpoints.update(caller, id, changes)));
  }

  async delete({ caller, id }: WebhookEndpointRead): Promise<WebhookEndpointDeleted> {
    if (!(await this.endpoints.delete(caller, id))) throw unknownEndpoint(id);
    return { id, object: 'webhook_endpoint.deleted', deleted: true };
  }

  async rotate({ caller, id, overlapSeconds }: WebhookSecretRotate): Promise<WebhookEndpointWithSecret> {
    const { overlapMilliseconds: usual, longestOverlapMilliseconds: longest } = this.limits;
    const overlapMilliseconds = overlapSeconds === undefined ? usual : overlapSeconds * 1_000;
    if (overlapMilliseconds > longest) {
      throw new QueryRefused({
        status: 400,
        code: 'invalid_value',
        message: `The old secret can sign beside the new one for at most ${longest / 1_000} seconds.`,
        param: 'overlap_seconds',
      });
    }
    const secrets = WebhookSecrets.create();
    const how = { secrets: this.sealed(secrets, id), overlapMilliseconds };
    const endpoint = known(id, await this.endpoints.rotate(caller, id, how));
    return { ...toEndpointObject(endpoint), signing_secret: secrets.secret };
  }

  private checked(text: string): string {
    const url = URL.parse(text);
    try {
      if (!url)
        throw new OutboundError('bad_url', 'the URL is none; it must be like https://receiver.example/webhooks');
      this.sender.check(url);
      return url.href;
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw new QueryRefused({
        status: 400,
        code: 'invalid_webhook_url',
        message: `Webhooks cannot be sent there: ${error.message}.`,
        param: 'url',
      });
    }
  }

  private sealed(secrets: WebhookSecrets, endpoint: string): StoredSecrets {
    const { secretKey } = this.settings;
    const sealed = sealWebhookSecret(secrets.toText(), { endpoint, secretKey });
    return { sealed, hint: secrets.hint, publicKey: secrets.publicKey };
  }
}

/** @throws QueryRefused 403 where the caller may not read the trail that an endpoint shall hear of */
function reachFor(caller: Caller, eventTypes: readonly string[]): Pick<EndpointFields, 'trailReach' | 'trailMaker'> {
  if (!wishesForTrail(eventTypes)) return { trailReach: null, trailMaker: null };
  const reach = trailReachOf(caller);
  if (reach !== 'none') return { trailReach: reach, trailMaker: makerOf(caller) };
  throw new QueryRefused({
    status: 403,
    code: 'insufficient_permission',
    message:
      'Event types of audit.* are for those who may read the audit trail: leave them out, or ask somebody who may.',
    param: 'event_types',
  });
}

/** Also for an endpoint of somebody else, which is as unknown as one that never was. */
export function unknownEndpoint(id: string): QueryRefused {
  return new QueryRefused({
    status: 404,
    code: 'webhook_endpoint_not_found',
    message: `No such webhook endpoint: ${id.slice(0, 100)}`,
  });
}

function known<Endpoint>(id: string, endpoint: Endpoint | undefined): Endpoint {
  if (endpoint === undefined) throw unknownEndpoint(id);
  return endpoint;
}
