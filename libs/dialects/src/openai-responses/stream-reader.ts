import { DialectStreamError } from '../caller-dialect.js';
import { asJson } from '../as-json.js';
import { RelayedStreamReader } from '../relayed-stream-reader.js';
import { classifyChatError } from '../openai-chat/classify-error.js';
import { responseFacts, type WireResponse } from './read-answer.js';

/** The type of an event, which OpenAI's own streams and ours tell first; asked of the start only, so that no text can feign it. */
const TYPE = /^\{\s*"type"\s*:\s*"([a-z_.]+)"/;

interface WireEvent {
  type?: unknown;
  response?: WireResponse | null;
  error?: unknown;
}

/**
 * Follows a stream of Responses events (server-sent events) as it is relayed. Bytes go on unchanged and in whole events only;
 * the end mark is the event that holds the finished response. Events are parsed only where something is to be learnt from them.
 */
export class ResponsesStreamReader extends RelayedStreamReader {
  /** Some servers of this format close with the end mark of the older one, after ours. */
  protected override isMark(data: string): boolean {
    return data === '[DONE]';
  }

  protected override learnFromData(data: string): boolean {
    const type = TYPE.exec(data)?.[1];
    if (type?.endsWith('.delta')) this.countToken(data);
    else if (type === undefined || isLifecycle(type)) this.learnFromEvent(parseEvent(data), data);
    return true;
  }

  private learnFromEvent({ type, response, error }: WireEvent, data: string): void {
    if (type === 'error' || type === 'response.failed' || (type === undefined && error)) throw streamError(data);
    if (typeof type === 'string' && type.endsWith('.delta')) this.facts.tokenEvents++;
    if (typeof response !== 'object' || response === null) return;
    if (type === 'response.completed' || type === 'response.incomplete') {
      Object.assign(this.facts, responseFacts(response), { isDone: true });
    } else if (typeof response.id === 'string') {
      this.facts.upstreamId = response.id.slice(0, 200);
    }
  }
}

/** Events that hold the whole response, or an error. */
function isLifecycle(type: string): boolean {
  return type === 'error' || /^response\.[a-z]+(_progress)?$/.test(type);
}

function parseEvent(data: string): WireEvent {
  return asJson(() => JSON.parse(data) as WireEvent);
}

/** An error stands in a failed response, in a member of its own, or is the event itself. */
function streamError(data: string): DialectStreamError {
  const event = parseEvent(data);
  const error = event.response?.error ?? event.error ?? event;
  const { errorClass, message } = classifyChatError(statusOf(error), JSON.stringify({ error }));
  return new DialectStreamError(errorClass, message || 'the provider ended the stream with an error');
}

/** Errors within a stream have codes only; these are the ones that tell more than a failure of the server. */
function statusOf(error: unknown): number {
  const { code } = error as { code?: unknown };
  if (code === 'rate_limit_exceeded') return 429;
  return code === 'invalid_prompt' ? 400 : 500;
}
