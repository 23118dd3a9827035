import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { BlobMissing, BlobStore } from '#libs/blobs';
import { jobResultSchema, Subject, type Caller, type JobResult } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { answerHeaders } from '../answer-caller/answer-headers.js';

/** Gives the result of a job as the same request would have been answered to a caller who waits. */
@Injectable()
export class WriteJobResultHandler {
  constructor(
    private readonly messaging: Messaging,
    private readonly blobs: BlobStore,
  ) {}

  /** @throws QueryRefused 404, 409, 410 */
  async write(caller: Caller, id: string, reply: FastifyReply): Promise<void> {
    const { result, body } = await this.read(caller, id);
    void reply
      .status(result.status)
      .headers({ ...answerHeaders(result.head), 'x-switchyard-job-request-id': result.requestId })
      .header('content-type', result.contentType)
      .send(body);
  }

  /** The result with its bytes, of large ones as they come. @throws QueryRefused 404, 409, 410 */
  async read(caller: Caller, id: string): Promise<{ result: JobResult; body: Buffer | Readable }> {
    const result = await this.messaging.ask(Subject.jobResultRead, { caller, id }, jobResultSchema);
    const body =
      'base64' in result.body ? Buffer.from(result.body.base64, 'base64') : await this.open(result.body.blobKey);
    return { result, body };
  }

  /** Waits for the first piece, so that bytes which are gone are no success that breaks off. */
  private async open(blobKey: Extract<JobResult['body'], { blobKey: string }>['blobKey']): Promise<Readable> {
    const pieces = this.blobs.read(blobKey)[Symbol.asyncIterator]();
    try {
      const first = await pieces.next();
      return Readable.from(
        (async function* () {
          for (let piece = first; !piece.done; piece = await pieces.next()) yield piece.value;
        })(),
        { objectMode: false },
      );
    } catch (error) {
      if (!(error instanceof BlobMissing)) throw error;
      throw new DialectError(410, 'job_result_expired', 'The result of the job is gone.');
    }
  }
}
