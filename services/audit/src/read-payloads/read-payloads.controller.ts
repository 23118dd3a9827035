import { Controller } from '@nestjs/common';
import { payloadReadSchema, Subject, type PayloadPart, type PayloadRead } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { ReadPayloadsHandler } from './read-payloads.handler.js';

@Controller()
export class ReadPayloadsController {
  constructor(private readonly handler: ReadPayloadsHandler) {}

  @AnswerQuery(Subject.auditPayloadRead, payloadReadSchema)
  async read(query: PayloadRead): Promise<PayloadPart> {
    return this.handler.read(query);
  }
}
