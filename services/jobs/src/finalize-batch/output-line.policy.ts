import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';
import { unfinishedReason, type UnfinishedReason } from '../record-unfinished/unfinished-line.policy.js';

/** The code by which a request ends that no provider answered in time. */
const PROVIDER_TIMEOUT = 'provider_timeout';

/** A stored result with the name the caller gave its line. */
export interface ResultToWrite {
  readonly line: number;
  readonly customId: string;
  readonly requestId: string;
  readonly outcome: string;
  readonly statusCode: number | null;
  readonly answer: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

/**
 * One line of an output or error file, in the format of OpenAI's Batch API, with its line end. The answer's body is embedded
 * as the provider sent it; only line ends between its tokens become spaces, since a line must stay one line. A body that is
 * no JSON is embedded as a JSON string. The same result always gives the same bytes.
 */
export function outputLine(batchId: string, result: ResultToWrite): string {
  const id = JSON.stringify(batchIdentifiers.answer(batchId, result.line));
  const customId = JSON.stringify(result.customId);
  const error = result.answer === null ? errorWithoutResponse(result) : undefined;
  if (error) return `{"id":${id},"custom_id":${customId},"response":null,"error":${JSON.stringify(error)}}\n`;
  const requestId = JSON.stringify(result.requestId);
  const body = result.answer === null ? errorBody(result) : embeddable(result.answer);
  return `{"id":${id},"custom_id":${customId},"response":{"status_code":${statusOf(result)},"request_id":${requestId},"body":${body}},"error":null}\n`;
}

/** What kept a line from having any response: its batch ended first, or nobody answered in time. */
function errorWithoutResponse({ errorCode, errorMessage }: ResultToWrite): UnfinishedReason | undefined {
  if (errorCode === PROVIDER_TIMEOUT)
    return { code: 'request_timeout', message: errorMessage ?? 'The request timed out.' };
  return unfinishedReason(errorCode);
}

/** The status to show of a result, also of one that has none. */
export function statusOf(result: ResultToWrite): number {
  return result.statusCode ?? (result.outcome === 'completed' ? 200 : 500);
}

/** The answer's bytes on one line, or as a string where they are no JSON. */
export function embeddable(answer: string): string {
  try {
    JSON.parse(answer);
  } catch {
    return JSON.stringify(answer);
  }
  return answer.includes('\n') || answer.includes('\r') ? answer.replaceAll(/[\r\n]/g, ' ') : answer;
}

function errorBody(result: ResultToWrite): string {
  return JSON.stringify({
    error: {
      message: result.errorMessage ?? `The request ended as ${result.outcome} without an answer.`,
      type: statusOf(result) >= 500 ? 'server_error' : 'invalid_request_error',
      param: null,
      code: result.errorCode ?? result.outcome,
    },
  });
}
