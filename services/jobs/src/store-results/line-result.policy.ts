import type { LineReference, RequestEnded } from '#libs/contracts';
import { providersCalled } from './providers-called.policy.js';

/** The result of one line as it is stored. Tokens are those of all attempts, as billing charges them. */
export interface LineResult {
  readonly batchId: string;
  readonly line: number;
  readonly organization: string;
  readonly project: string;
  readonly requestId: string;
  readonly outcome: string;
  readonly statusCode: number | null;
  readonly answer: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly promptTokens: number;
  readonly cachedPromptTokens: number;
  readonly completionTokens: number;
  readonly reasoningTokens: number;
  readonly costNanoUsd: string;
  readonly providers: string;
  /** What the same answer would have cost more online. */
  readonly savedNanoUsd?: string;
}

/**
 * The result that a terminal event means for the batch line it belongs to. `claimed` is the body of an answer that rests in
 * the bucket; undefined where it is gone.
 */
export function toLineResult(event: RequestEnded, job: LineReference, claimed?: string): LineResult {
  let promptTokens = 0;
  let cachedPromptTokens = 0;
  let completionTokens = 0;
  let reasoningTokens = 0;
  for (const { usage } of event.attempts) {
    if (!usage) continue;
    promptTokens += usage.promptTokens;
    cachedPromptTokens += usage.cachedPromptTokens ?? 0;
    completionTokens += usage.completionTokens;
    reasoningTokens += usage.reasoningTokens ?? 0;
  }
  const ending = endingOf(event, event.answer?.body ?? claimed ?? null);
  return {
    batchId: job.batchId,
    line: job.line,
    organization: event.organization,
    project: event.project,
    requestId: event.requestId,
    ...ending,
    promptTokens,
    cachedPromptTokens,
    completionTokens,
    reasoningTokens,
    costNanoUsd: event.costNanoUsd ?? '0',
    providers: providersCalled(event),
    ...savingOf(event),
  };
}

/** Of an answer that came in a batch at a provider. */
function savingOf({ attempts, costNanoUsd = '0' }: RequestEnded): Pick<LineResult, 'savedNanoUsd'> {
  const online = attempts.at(-1)?.nativeBatch?.onlineNanoUsd;
  return online === undefined ? {} : { savedNanoUsd: (BigInt(online) - BigInt(costNanoUsd)).toString() };
}

type Ending = Pick<LineResult, 'outcome' | 'statusCode' | 'answer' | 'errorCode' | 'errorMessage'>;

/** No success without an answer, and no failure that shows a success's status. */
function endingOf({ outcome, answer, error }: RequestEnded, body: string | null): Ending {
  if (outcome === 'completed' && answer && body !== null) {
    return { outcome, statusCode: answer.status, answer: body, errorCode: null, errorMessage: null };
  }
  if (outcome === 'completed') {
    const errorMessage = answer?.claim
      ? 'The request completed, but its large answer was gone before the batch could store it; send the line again.'
      : 'The request completed, but its answer did not reach the batch; send the line again.';
    return { outcome: 'failed', statusCode: 500, answer: null, errorCode: 'answer_missing', errorMessage };
  }
  // A line ends so only where its batch was cancelled, or its time was over, before it was done.
  if (outcome === 'cancelled' || outcome === 'expired')
    return { outcome, statusCode: null, answer: null, errorCode: `batch_${outcome}`, errorMessage: null };
  const errorCode = error?.code ?? outcome;
  const errorMessage = error?.told ?? error?.message ?? `The request ended as ${outcome}.`;
  if (answer && body !== null && answer.status >= 400)
    return { outcome, statusCode: answer.status, answer: body, errorCode, errorMessage };
  return {
    outcome,
    statusCode: error && error.status >= 400 ? error.status : 500,
    answer: null,
    errorCode,
    errorMessage,
  };
}
