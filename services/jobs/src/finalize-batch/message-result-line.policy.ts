import { dialectNamed } from '#libs/dialects';
import type { ResultToWrite } from './output-line.policy.js';
import { embeddable, statusOf } from './output-line.policy.js';

const messages = dialectNamed('anthropic-messages');

/**
 * One line of the results of a batch of messages, in the format of Anthropic's Message Batches API, with its line end. The same
 * result always gives the same bytes.
 */
export function messageResultLine(_batchId: string, result: ResultToWrite): string {
  return `{"custom_id":${JSON.stringify(result.customId)},"result":${resultOf(result)}}\n`;
}

function resultOf(result: ResultToWrite): string {
  if (result.errorCode === 'batch_cancelled') return '{"type":"canceled"}';
  if (result.errorCode === 'batch_expired') return '{"type":"expired"}';
  if (result.outcome === 'completed' && result.answer !== null)
    return `{"type":"succeeded","message":${embeddable(result.answer)}}`;
  const message = result.errorMessage ?? `The request ended as ${result.outcome} without an answer.`;
  const error = messages.encodeError({ status: statusOf(result), code: result.errorCode ?? result.outcome, message });
  return `{"type":"errored","error":${error.slice(0, -1)},"request_id":${JSON.stringify(result.requestId)}}}`;
}
