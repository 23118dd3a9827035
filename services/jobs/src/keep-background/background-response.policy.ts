import type { StoredResponse } from '#libs/contracts';
import {
  FinalEventHold,
  keptResponse,
  readState,
  unansweredResponse,
  type BackgroundRequest,
  type UnansweredStatus,
} from '#libs/dialects';
import type { Job } from '../keep-job/job.js';
import type { JobEnding } from '../store-job-results/job-result.policy.js';

/** A job that is to become a response which is kept. */
export type ResponseJob = Job & { readonly responseId: string };

export function isResponseJob(job: Job): job is ResponseJob {
  return job.responseId !== null;
}

/** How the response of a job stands that has not ended, with the input of its request. */
export function pendingResponse(job: ResponseJob, body: Uint8Array): StoredResponse {
  const status = job.status === 'in_progress' || job.status === 'cancelling' ? 'in_progress' : 'queued';
  return { response: unansweredResponse(requestOf(job, body), status), input: inputOf(body) };
}

/**
 * The response that the end of a job means: the model's own, under our id, and of one in the background also that there is none.
 * Undefined where nothing is to be kept.
 */
export function endedResponse(job: ResponseJob, ending: JobEnding, body: Uint8Array): StoredResponse | undefined {
  const answer = ending.outcome === 'completed' ? finishedResponse(ending) : undefined;
  if (answer) {
    const response = keptResponse(answer, {
      id: job.responseId,
      previousResponseId: job.previousResponseId,
      isBackground: job.isBackground,
    });
    return { response: response as StoredResponse['response'], input: inputOf(body) };
  }
  if (!job.isBackground) return undefined;
  const status: UnansweredStatus = ending.outcome === 'cancelled' ? 'cancelled' : 'failed';
  const error = { code: ending.errorCode ?? 'server_error', message: ending.errorMessage ?? 'The request failed.' };
  const response = unansweredResponse(requestOf(job, body), status, status === 'failed' ? error : null);
  return { response, input: inputOf(body) };
}

/** The result of a job whose response is kept: the response as it is kept, of a stream its last event alone. */
export function asKeptResult(ending: JobEnding, response: StoredResponse['response']): JobEnding {
  return ending.outcome === 'completed'
    ? {
        ...ending,
        contentType: 'application/json',
        body: Buffer.from(JSON.stringify(response)),
        isIncomplete: response.status === 'incomplete',
      }
    : ending;
}

function finishedResponse({ contentType, body }: JobEnding): object | undefined {
  if (!contentType.startsWith('text/event-stream')) return JSON.parse(body.toString('utf8')) as object;
  const hold = new FinalEventHold();
  hold.push(body);
  return hold.response;
}

function requestOf(job: ResponseJob, body: Uint8Array): BackgroundRequest {
  return {
    id: job.responseId,
    body,
    model: job.model,
    createdSeconds: Math.floor(job.createdAt.getTime() / 1_000),
    previousResponseId: job.previousResponseId,
  };
}

function inputOf(body: Uint8Array): StoredResponse['input'] {
  return [...readState(body).items];
}
