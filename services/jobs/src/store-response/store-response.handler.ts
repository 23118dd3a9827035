import { Injectable } from '@nestjs/common';
import {
  storedResponseSchema,
  type ResponseDeleted,
  type ResponsePut,
  type ResponsePutReply,
  type ResponseRead,
  type StoredResponse,
} from '#libs/contracts';
import { BodyClaims, openDocument, QueryRefused } from '#libs/messaging';
import { JobLimits } from '../job-limits.js';
import { KeepBackgroundHandler } from '../keep-background/keep-background.handler.js';
import { ResponseRepository } from './response.repository.js';
import { TrimResponsesRunner } from './trim-responses.runner.js';
import { unknownResponse } from './unknown-response.js';

/** Keeps the responses of callers, and forgets them. */
@Injectable()
export class StoreResponseHandler {
  constructor(
    private readonly responses: ResponseRepository,
    private readonly background: KeepBackgroundHandler,
    private readonly trimming: TrimResponsesRunner,
    private readonly limits: JobLimits,
    private readonly bodies: BodyClaims,
  ) {}

  async put({ caller, stored }: ResponsePut): Promise<ResponsePutReply> {
    const { success, data: document } = storedResponseSchema.safeParse(await openDocument(this.bodies, stored));
    if (!success)
      throw new QueryRefused({ status: 400, code: 'invalid_query', message: 'The document is no stored response.' });
    const { id } = document.response;
    if (bytesOf(document) > this.limits.responseBytes) return { id, keeping: 'too_large' };
    const keeping = await this.responses.insert(caller, document);
    if (keeping === 'kept') this.trimming.noteGrowth(caller);
    return { id, keeping };
  }

  async delete({ caller, id }: ResponseRead): Promise<ResponseDeleted> {
    const job = await this.background.requireEnded(caller, id);
    const wasKept = await this.responses.delete(caller, id);
    if (job) await this.background.forget(job);
    if (!wasKept && !job) throw unknownResponse(id);
    return { id, object: 'response', deleted: true };
  }
}

/** As much as is stored of it. */
function bytesOf({ response, input }: StoredResponse): number {
  return Buffer.byteLength(JSON.stringify(response)) + Buffer.byteLength(JSON.stringify(input));
}
