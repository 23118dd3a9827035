import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import {
  Subject,
  WEBHOOK_EVENT_TYPES,
  webhookDeliveryObjectSchema,
  webhookEndpointWithSecretSchema,
  type WebhookEndpointDeleted,
  type WebhookEndpointObject,
  type WebhookEndpointPage,
  type WebhookEndpointWithSecret,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { InPlan } from '../authenticate/plan-gate.js';
import { readOptionalJson } from '../http/read-json.js';
import { rotateLikeOpenAi, testFields } from './webhook-fields.js';
import { WebhooksController } from './webhooks.controller.js';

const TEST_TIMEOUT_MILLISECONDS = 30_000;

/** The same endpoints at the addresses of OpenAI's API, as its SDKs manage them: `client.webhooks.create` and so on. */
@Controller('v1')
export class OpenAiWebhooksController {
  private readonly own: WebhooksController;

  constructor(private readonly messaging: Messaging) {
    this.own = new WebhooksController(messaging);
  }

  @Get('webhook_event_types')
  @Permit('read', 'Webhook')
  types(): { object: 'list'; data: readonly string[] } {
    return { object: 'list', data: WEBHOOK_EVENT_TYPES };
  }

  @Post('webhook_endpoints')
  @Permit('create', 'Webhook')
  @InPlan('webhooks')
  @HttpCode(200)
  create(@Req() request: AuthenticatedRequest): Promise<WebhookEndpointWithSecret> {
    return this.own.create(request);
  }

  @Get('webhook_endpoints')
  @Permit('read', 'Webhook')
  list(@Req() request: AuthenticatedRequest, @Query() query: unknown): Promise<WebhookEndpointPage> {
    return this.own.list(request, query);
  }

  @Get('webhook_endpoints/:id')
  @Permit('read', 'Webhook')
  read(@Req() request: AuthenticatedRequest, @Param('id') id: string): Promise<WebhookEndpointObject> {
    return this.own.read(request, id);
  }

  @Post('webhook_endpoints/:id')
  @Permit('update', 'Webhook')
  @InPlan('webhooks')
  @HttpCode(200)
  update(@Req() request: AuthenticatedRequest, @Param('id') id: string): Promise<WebhookEndpointObject> {
    return this.own.update(request, id);
  }

  @Delete('webhook_endpoints/:id')
  @Permit('delete', 'Webhook')
  delete(@Req() request: AuthenticatedRequest, @Param('id') id: string): Promise<WebhookEndpointDeleted> {
    return this.own.delete(request, id);
  }

  @Post('webhook_endpoints/:id/rotate_secret')
  @Permit('update', 'Webhook')
  @InPlan('webhooks')
  @HttpCode(200)
  rotate(@Req() { caller, body }: AuthenticatedRequest, @Param('id') id: string): Promise<WebhookEndpointWithSecret> {
    const { overlap_seconds: overlapSeconds } = readOptionalJson(body, rotateLikeOpenAi);
    const query = { caller, id, overlapSeconds };
    return this.messaging.ask(Subject.webhookSecretRotate, query, webhookEndpointWithSecretSchema);
  }

  /** OpenAI answers with the receiver's status, and with an error where there was none. */
  @Post('webhook_endpoints/:id/test')
  @Permit('update', 'Webhook')
  @InPlan('webhooks')
  @HttpCode(200)
  async test(@Req() { caller, body }: AuthenticatedRequest, @Param('id') id: string): Promise<object> {
    const { event_type: eventType } = readOptionalJson(body, testFields);
    const delivery = await this.messaging.ask(
      Subject.webhookTest,
      { caller, id, eventType },
      webhookDeliveryObjectSchema,
      TEST_TIMEOUT_MILLISECONDS,
    );
    const [attempt] = delivery.attempts;
    if (typeof attempt?.status_code !== 'number') {
      const why = attempt?.error ?? 'the attempt did not end';
      throw new DialectError(422, 'webhook_test_failed', `The test did not reach the receiver: ${why}.`);
    }
    return {
      object: 'webhook_endpoint.test',
      webhook_endpoint_id: id,
      event_type: eventType,
      status_code: attempt.status_code,
      success: true,
    };
  }
}
