import { batchIdentifiers } from '../keep-batch/batch-identifiers.policy.js';
import { unfinishedReason } from '../record-unfinished/unfinished-line.policy.js';

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
  const unfinished = result.answer === null ? unfinishedReason(result.errorCode) : undefined;
  if (unfinished) return `{"id":${id},"custom_id":${customId},"response":null,"error":${JSON.stringify(unfinished)}}\n`;
  const requestId = JSON.stringify(result.requestId);
  const body = result.answer === null ? errorBody(result) : embeddable(result.answer);
  return `{"id":${id},"custom_id":${customId},"response":{"status_code":${statusOf(result)},"request_id":${requestId},"body":${body}},"error":null}\n`;
}

function statusOf(result: ResultToWrite): number {
  return result.statusCode ?? (result.outcome === 'completed' ? 200 : 500);
}

function embeddable(answer: string): string {
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
