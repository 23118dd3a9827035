import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import {
  Subject,
  webhookDeliveryObjectSchema,
  webhookDeliveryPageSchema,
  webhookEndpointDeletedSchema,
  webhookEndpointObjectSchema,
  webhookEndpointPageSchema,
  webhookEndpointWithSecretSchema,
  webhookReplayedSchema,
  type WebhookDeliveryObject,
  type WebhookDeliveryPage,
  type WebhookEndpointDeleted,
  type WebhookEndpointObject,
  type WebhookEndpointPage,
  type WebhookEndpointWithSecret,
  type WebhookReplayed,
} from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { InPlan } from '../authenticate/plan-gate.js';
import { readFields, readJson, readOptionalJson } from '../http/read-json.js';
import {
  createFields,
  deliveriesFields,
  pageFields,
  replayFields,
  rotateFields,
  testFields,
  updateFields,
} from './webhook-fields.js';

/** A test waits for the receiver, which has 20 s. */
const TEST_TIMEOUT_MILLISECONDS = 30_000;

/** Endpoints of webhooks, the log of what was sent to them, and sending it again. The jobs service owns them. */
@Controller('v1/webhooks/endpoints')
export class WebhooksController {
  constructor(private readonly messaging: Messaging) {}

  @Post()
  @Permit('create', 'Webhook')
  @InPlan('webhooks')
  @HttpCode(200)
  create(@Req() { caller, body }: AuthenticatedRequest): Promise<WebhookEndpointWithSecret> {
    const query = { caller, fields: readJson(body, createFields) };
    return this.messaging.ask(Subject.webhookEndpointCreate, query, webhookEndpointWithSecretSchema);
  }

  @Get()
  @Permit('read', 'Webhook')
  list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<WebhookEndpointPage> {
    const page = { caller, ...readFields(query, pageFields) };
    return this.messaging.ask(Subject.webhookEndpointList, page, webhookEndpointPageSchema);
  }

  @Get(':id')
  @Permit('read', 'Webhook')
  read(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<WebhookEndpointObject> {
    return this.messaging.ask(Subject.webhookEndpointRead, { caller, id }, webhookEndpointObjectSchema);
  }

  @Post(':id')
  @Permit('update', 'Webhook')
  @InPlan('webhooks')
  @HttpCode(200)
  update(@Req() { caller, body }: AuthenticatedRequest, @Param('id') id: string): Promise<WebhookEndpointObject> {
    const query = { caller, id, fields: readJson(body, updateFields) };
    return this.messaging.ask(Subject.webhookEndpointUpdate, query, webhookEndpointObjectSchema);
  }

  @Patch(':id')
  @Permit('update', 'Webhook')
  @InPlan('webhooks')
  patch(@Req() request: AuthenticatedRequest, @Param('id') id: string): Promise<WebhookEndpointObject> {
    return this.update(request, id);
  }

  @Delete(':id')
  @Permit('delete', 'Webhook')
  delete(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<WebhookEndpointDeleted> {
    return this.messaging.ask(Subject.webhookEndpointDelete, { caller, id }, webhookEndpointDeletedSchema);
  }

  @Post(':id/rotate')
  @Permit('update', 'Webhook')
  @InPlan('webhooks')
  @HttpCode(200)
  rotate(@Req() { caller, body }: AuthenticatedRequest, @Param('id') id: string): Promise<WebhookEndpointWithSecret> {
    const { overlap_seconds: overlapSeconds } = readOptionalJson(body, rotateFields);
    const query = { caller, id, overlapSeconds };
    return this.messaging.ask(Subject.webhookSecretRotate, query, webhookEndpointWithSecretSchema);
  }

  @Post(':id/test')
  @Permit('update', 'Webhook')
  @InPlan('webhooks')
  @HttpCode(200)
  test(@Req() { caller, body }: AuthenticatedRequest, @Param('id') id: string): Promise<WebhookDeliveryObject> {
    const { event_type: eventType } = readOptionalJson(body, testFields);
    const query = { caller, id, eventType };
    return this.messaging.ask(Subject.webhookTest, query, webhookDeliveryObjectSchema, TEST_TIMEOUT_MILLISECONDS);
  }

  @Post(':id/replay')
  @Permit('update', 'Webhook')
  @InPlan('webhooks')
  @HttpCode(200)
  replayFailed(@Req() { caller, body }: AuthenticatedRequest, @Param('id') id: string): Promise<WebhookReplayed> {
    const { since } = readOptionalJson(body, replayFields);
    return this.messaging.ask(Subject.webhookReplay, { caller, endpointId: id, since }, webhookReplayedSchema);
  }

  @Get(':id/deliveries')
  @Permit('read', 'Webhook')
  listDeliveries(
    @Req() { caller }: AuthenticatedRequest,
    @Param('id') endpointId: string,
    @Query() query: unknown,
  ): Promise<WebhookDeliveryPage> {
    const { event_type: eventType, ...page } = readFields(query, deliveriesFields);
    const command = { caller, endpointId, eventType, ...page };
    return this.messaging.ask(Subject.webhookDeliveryList, command, webhookDeliveryPageSchema);
  }

  @Get(':id/deliveries/:delivery')
  @Permit('read', 'Webhook')
  readDelivery(
    @Req() { caller }: AuthenticatedRequest,
    @Param('id') endpointId: string,
    @Param('delivery') id: string,
  ): Promise<WebhookDeliveryObject> {
    return this.messaging.ask(Subject.webhookDeliveryRead, { caller, endpointId, id }, webhookDeliveryObjectSchema);
  }

  @Post(':id/deliveries/:delivery/replay')
  @Permit('update', 'Webhook')
  @InPlan('webhooks')
  @HttpCode(200)
  replay(
    @Req() { caller }: AuthenticatedRequest,
    @Param('id') endpointId: string,
    @Param('delivery') id: string,
  ): Promise<WebhookDeliveryObject> {
    return this.messaging.ask(Subject.webhookDeliveryReplay, { caller, endpointId, id }, webhookDeliveryObjectSchema);
  }
}
