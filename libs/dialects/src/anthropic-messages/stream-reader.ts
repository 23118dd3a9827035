import { DialectStreamError } from '../caller-dialect.js';
import { asJson } from '../as-json.js';
import { RelayedStreamReader } from '../relayed-stream-reader.js';
import { classifyStreamError } from './classify-error.js';
import { mergedUsage, readMessagesUsage, type WireUsage } from './read-usage.js';

/** Begins an event of text, thoughts or arguments, of which there are many; nothing but their number is to be learnt. */
const DELTA = /^\{\s*"type"\s*:\s*"content_block_delta"/;

interface WireEvent {
  type?: unknown;
  message?: { id?: unknown; usage?: unknown } | null;
  delta?: { stop_reason?: unknown } | null;
  usage?: unknown;
}

/**
 * Follows a stream of Messages events (server-sent events) as it is relayed. Bytes go on unchanged and in whole events only.
 * The counts of tokens come in two parts: `message_start` holds the prompt's, `message_delta` the completion's.
 */
export class MessagesStreamReader extends RelayedStreamReader {
  private usage: WireUsage = {};

  protected override learnFromData(data: string): boolean {
    if (DELTA.test(data)) this.countToken(data);
    else this.learnFromEvent(parseEvent(data), data);
    return true;
  }

  private learnFromEvent(event: WireEvent, data: string): void {
    switch (event.type) {
      case 'content_block_delta':
        this.facts.tokenEvents++;
        return;
      case 'message_start':
        if (typeof event.message?.id === 'string') this.facts.upstreamId = event.message.id.slice(0, 200);
        this.usage = mergedUsage(this.usage, event.message?.usage);
        this.learnThePrompt();
        return;
      case 'message_delta':
        this.learnTheEnd(event);
        return;
      case 'message_stop':
        this.facts.isDone = true;
        return;
      case 'error': {
        const { errorClass, message } = classifyStreamError(data);
        throw new DialectStreamError(errorClass, message || 'the provider ended the stream with an error');
      }
      default:
    }
  }

  /** Nothing is read out of zeros, with which translated streams begin. */
  private learnThePrompt(): void {
    const usage = readMessagesUsage(this.usage);
    if (!usage?.promptTokens) return;
    const { completionTokens: _completion, reasoningTokens: _reasoning, ...promptUsage } = usage;
    this.facts.promptUsage = promptUsage;
  }

  private learnTheEnd({ delta, usage: told }: WireEvent): void {
    const stopReason = delta?.stop_reason;
    if (typeof stopReason === 'string') this.facts.finishReason = stopReason.slice(0, 100);
    this.usage = mergedUsage(this.usage, told);
    const usage = readMessagesUsage(this.usage);
    if (usage) this.facts.usage = usage;
  }
}

function parseEvent(data: string): WireEvent {
  return asJson(() => JSON.parse(data) as WireEvent);
}
