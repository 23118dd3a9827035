import { Controller } from '@nestjs/common';
import {
  Subject,
  webhookDeliveryListSchema,
  webhookDeliveryReadSchema,
  webhookEndpointCreateSchema,
  webhookEndpointListSchema,
  webhookEndpointReadSchema,
  webhookEndpointUpdateSchema,
  webhookReplaySchema,
  webhookSecretRotateSchema,
  webhookTestSchema,
  type WebhookDeliveryList,
  type WebhookDeliveryObject,
  type WebhookDeliveryPage,
  type WebhookDeliveryRead,
  type WebhookEndpointCreate,
  type WebhookEndpointDeleted,
  type WebhookEndpointList,
  type WebhookEndpointObject,
  type WebhookEndpointPage,
  type WebhookEndpointRead,
  type WebhookEndpointUpdate,
  type WebhookEndpointWithSecret,
  type WebhookReplay,
  type WebhookReplayed,
  type WebhookSecretRotate,
  type WebhookTest,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { ManageDeliveriesHandler } from './manage-deliveries.handler.js';
import { ManageEndpointsHandler } from './manage-endpoints.handler.js';

@Controller()
export class ManageWebhooksController {
  constructor(
    private readonly endpoints: ManageEndpointsHandler,
    private readonly deliveries: ManageDeliveriesHandler,
  ) {}

  @AnswerQuery(Subject.webhookEndpointCreate, webhookEndpointCreateSchema)
  create(query: WebhookEndpointCreate): Promise<WebhookEndpointWithSecret> {
    return this.endpoints.create(query);
  }

  @AnswerQuery(Subject.webhookEndpointRead, webhookEndpointReadSchema)
  read(query: WebhookEndpointRead): Promise<WebhookEndpointObject> {
    return this.endpoints.read(query);
  }

  @AnswerQuery(Subject.webhookEndpointList, webhookEndpointListSchema)
  list(query: WebhookEndpointList): Promise<WebhookEndpointPage> {
    return this.endpoints.list(query);
  }

  @AnswerQuery(Subject.webhookEndpointUpdate, webhookEndpointUpdateSchema)
  update(query: WebhookEndpointUpdate): Promise<WebhookEndpointObject> {
    return this.endpoints.update(query);
  }

  @AnswerQuery(Subject.webhookEndpointDelete, webhookEndpointReadSchema)
  delete(query: WebhookEndpointRead): Promise<WebhookEndpointDeleted> {
    return this.endpoints.delete(query);
  }

  @AnswerQuery(Subject.webhookSecretRotate, webhookSecretRotateSchema)
  rotate(query: WebhookSecretRotate): Promise<WebhookEndpointWithSecret> {
    return this.endpoints.rotate(query);
  }

  @AnswerQuery(Subject.webhookTest, webhookTestSchema)
  test(query: WebhookTest): Promise<WebhookDeliveryObject> {
    return this.deliveries.test(query);
  }

  @AnswerQuery(Subject.webhookDeliveryList, webhookDeliveryListSchema)
  listDeliveries(query: WebhookDeliveryList): Promise<WebhookDeliveryPage> {
    return this.deliveries.list(query);
  }

  @AnswerQuery(Subject.webhookDeliveryRead, webhookDeliveryReadSchema)
  readDelivery(query: WebhookDeliveryRead): Promise<WebhookDeliveryObject> {
    return this.deliveries.read(query);
  }

  @AnswerQuery(Subject.webhookDeliveryReplay, webhookDeliveryReadSchema)
  replay(query: WebhookDeliveryRead): Promise<WebhookDeliveryObject> {
    return this.deliveries.replay(query);
  }

  @AnswerQuery(Subject.webhookReplay, webhookReplaySchema)
  replayFailed(query: WebhookReplay): Promise<WebhookReplayed> {
    return this.deliveries.replayFailed(query);
  }
}
