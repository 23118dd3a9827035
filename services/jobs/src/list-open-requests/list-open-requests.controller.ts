import { Controller } from '@nestjs/common';
import { openRequestListSchema, Subject, type OpenRequestList, type OpenRequests } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { OpenRequestsRepository } from './open-requests.repository.js';

@Controller()
export class ListOpenRequestsController {
  constructor(private readonly requests: OpenRequestsRepository) {}

  @AnswerQuery(Subject.openRequestList, openRequestListSchema)
  async list({ requestIds }: OpenRequestList): Promise<OpenRequests> {
    const ended = new Set(await this.requests.ended(requestIds));
    return { open: requestIds.filter((id) => !ended.has(id)) };
  }
}
