import { Injectable } from '@nestjs/common';
import type { CarriedDocument, ResponseRead } from '#libs/contracts';
import { QueryRefused } from '#libs/messaging';
import { AnswerResponsesHandler } from '../answer-responses/answer-responses.handler.js';
import { CancelJobHandler } from '../cancel-job/cancel-job.handler.js';
import { KeepBackgroundHandler } from '../keep-background/keep-background.handler.js';
import { unknownResponse } from '../store-response/unknown-response.js';

/** Cancels a response in the background. One that has ended is given as it is, as OpenAI does. */
@Injectable()
export class CancelResponseHandler {
  constructor(
    private readonly background: KeepBackgroundHandler,
    private readonly jobs: CancelJobHandler,
    private readonly answers: AnswerResponsesHandler,
  ) {}

  /** @throws QueryRefused 404 for an unknown response, 400 for one that was never in the background. */
  async cancel(query: ResponseRead): Promise<CarriedDocument> {
    const { caller, id } = query;
    const job = await this.background.jobOf(caller, id);
    if (!job?.isBackground) throw await this.notInBackground(query);
    if (job.endedAt === null) await this.jobs.cancel(job.id, { ...caller, admin: false }).catch(unlessEnded);
    return this.answers.read(query);
  }

  private async notInBackground({ caller, id }: ResponseRead): Promise<QueryRefused> {
    if (!(await this.answers.isKnown(caller, id))) return unknownResponse(id);
    return new QueryRefused({
      status: 400,
      code: 'response_not_cancellable',
      message: 'Only responses in the background can be cancelled.',
      param: 'id',
    });
  }
}

/** It may have ended in this very moment. */
function unlessEnded(error: unknown): undefined {
  if (error instanceof QueryRefused && error.reply.status === 409) return undefined;
  throw error;
}
