import type { WebhookEvent } from '#libs/contracts';
import type { Job } from '../keep-job/job.js';

/** How a response is called that a model broke off, by the end of the job that it was. */
const RESPONSE_ENDINGS: Readonly<Record<string, string>> = {
  completed: 'completed',
  failed: 'failed',
  expired: 'failed',
  cancelled: 'cancelled',
};

/** What receivers of webhooks hear of a job that has ended: of the job, and of the response in the background that it is. */
export function jobEventsOf(job: Job, isIncomplete: boolean): WebhookEvent[] {
  const { id, organization, project, status, requestId, responseId, isBackground } = job;
  const events: WebhookEvent[] = [
    {
      organization,
      project,
      type: `job.${status}`,
      data: { id, request_id: requestId, result_status: job.resultStatus },
    },
  ];
  if (isBackground && responseId !== null) {
    const ending = status === 'completed' && isIncomplete ? 'incomplete' : RESPONSE_ENDINGS[status];
    events.push({ organization, project, type: `response.${ending}`, data: { id: responseId } });
  }
  return events;
}
