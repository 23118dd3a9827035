import { DialectStreamError, type AnswerStreamReader, type StreamFacts } from '../caller-dialect.js';
import { asJson } from '../as-json.js';
import { dataOfEvent, EventRelay } from '../event-stream.js';
import { KnownShape } from '../known-shape.js';
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
export class MessagesStreamReader implements AnswerStreamReader {
  readonly facts: StreamFacts = { tokenEvents: 0, isDone: false };
  private usage: WireUsage = {};
  private readonly relay: EventRelay;
  private readonly shape = new KnownShape();

  constructor() {
    const { facts } = this;
    this.relay = new EventRelay({
      get isDone() {
        return facts.isDone;
      },
      learnFrom: (event) => this.learnFrom(event),
    });
  }

  push(bytes: Uint8Array): Buffer {
    return this.relay.push(bytes);
  }

  end(): void {
    this.relay.end();
  }

  private learnFrom(event: string): boolean {
    if (event === '') return false;
    const data = dataOfEvent(event);
    if (data === undefined) return true;
    if (!data.startsWith('{') || !data.endsWith('}'))
      throw new DialectStreamError('bad_answer', 'the stream held an event that is not JSON');
    if (DELTA.test(data)) {
      asJson(() => this.shape.check(data));
      this.facts.tokenEvents++;
    } else this.learnFromEvent(parseEvent(data), data);
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
