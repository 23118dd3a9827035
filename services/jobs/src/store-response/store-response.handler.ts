import { Injectable } from '@nestjs/common';
import {
  storedResponseSchema,
  type ResponseDeleted,
  type ResponsePut,
  type ResponsePutReply,
  type ResponseRead,
} from '#libs/contracts';
import { BodyClaims, openDocument } from '#libs/messaging';
import { ResponseRepository } from './response.repository.js';
import { unknownResponse } from './unknown-response.js';

/** Keeps the responses of callers, and forgets them. */
@Injectable()
export class StoreResponseHandler {
  constructor(
    private readonly responses: ResponseRepository,
    private readonly bodies: BodyClaims,
  ) {}

  async put({ caller, stored }: ResponsePut): Promise<ResponsePutReply> {
    const document = storedResponseSchema.parse(await openDocument(this.bodies, stored));
    await this.responses.insert(caller, document);
    return { id: document.response.id };
  }

  async delete({ caller, id }: ResponseRead): Promise<ResponseDeleted> {
    if (!(await this.responses.delete(caller, id))) throw unknownResponse(id);
    return { id, object: 'response', deleted: true };
  }
}
