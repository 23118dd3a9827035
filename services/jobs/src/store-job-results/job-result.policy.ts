import type { AnswerHead, JobStatus, RequestEnded } from '#libs/contracts';
import { dialectNamed } from '#libs/dialects';
import { providersCalled } from '../store-results/providers-called.policy.js';

/** The result of a job as it is stored. Tokens are those of all attempts, as billing charges them; null where nothing was used. */
export interface JobEnding {
  readonly outcome: Extract<JobStatus, 'completed' | 'failed' | 'cancelled' | 'expired'>;
  readonly status: number;
  readonly contentType: string;
  readonly head: AnswerHead;
  readonly body: Buffer;
  /** Whether the model broke its answer off. */
  readonly isIncomplete: boolean;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly promptTokens: number | null;
  readonly cachedPromptTokens: number | null;
  readonly completionTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly costNanoUsd: string | null;
  /** Who was called for it. */
  readonly providers: string | null;
}

const MISSING = {
  status: 500,
  code: 'answer_missing',
  message: 'The request completed, but its answer was gone before it could be stored; send it again.',
};
const CANCELLED = 'The job was cancelled.';

/**
 * What a terminal event means for its job: the answer as a waiting caller would have got it. `claimed` is the body of an answer
 * that rests in the bucket; undefined where it is gone.
 */
export function jobEnding(event: RequestEnded, claimed?: Buffer): JobEnding {
  const { answer } = event;
  const body = answer?.body === undefined ? claimed : Buffer.from(answer.body);
  const used = {
    ...usageOf(event),
    costNanoUsd: event.costNanoUsd ?? null,
    providers: providersCalled(event),
  };
  if (event.outcome === 'completed' && answer && body) {
    const { status, contentType = 'application/json' } = answer;
    const head = headOf(event, status);
    return {
      outcome: 'completed',
      status,
      contentType,
      head,
      body,
      isIncomplete: false,
      errorCode: null,
      errorMessage: null,
      ...used,
    };
  }
  const outcome = event.outcome === 'completed' ? 'failed' : event.outcome;
  const error = outcome === event.outcome ? toldError(event) : MISSING;
  return {
    outcome,
    status: error.status,
    contentType: 'application/json',
    head: headOf(event, error.status),
    body: Buffer.from(dialectNamed(event.dialect).encodeError(error)),
    isIncomplete: false,
    errorCode: error.code,
    errorMessage: error.message,
    ...used,
  };
}

function toldError({ outcome, error }: RequestEnded) {
  const { status = 500, code = outcome, param = null } = error ?? {};
  const message = error?.told ?? error?.message ?? `The request ended as ${outcome}.`;
  return { status: Math.max(status, 400), code, message: code === 'cancelled' ? CANCELLED : message, param };
}

function headOf({ attempts, costNanoUsd, answer }: RequestEnded, status: number): AnswerHead {
  const last = attempts.at(-1);
  const { servesModel, warnings } = answer ?? {};
  return {
    status,
    attempts: attempts.length,
    ...(last ? { provider: last.provider, model: last.model } : {}),
    ...(servesModel === undefined ? {} : { servesModel }),
    ...(warnings ? { warnings } : {}),
    ...(costNanoUsd === undefined ? {} : { costNanoUsd }),
  };
}

type Used = Pick<JobEnding, 'promptTokens' | 'cachedPromptTokens' | 'completionTokens' | 'reasoningTokens'>;

function usageOf({ attempts }: RequestEnded): Used {
  const used = attempts.flatMap(({ usage }) => (usage ? [usage] : []));
  if (used.length === 0)
    return { promptTokens: null, cachedPromptTokens: null, completionTokens: null, reasoningTokens: null };
  const sum = (of: (usage: (typeof used)[number]) => number | undefined): number =>
    used.reduce((total, usage) => total + (of(usage) ?? 0), 0);
  return {
    promptTokens: sum(({ promptTokens }) => promptTokens),
    cachedPromptTokens: sum(({ cachedPromptTokens }) => cachedPromptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
    reasoningTokens: sum(({ reasoningTokens }) => reasoningTokens),
  };
}
