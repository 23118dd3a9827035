import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { classifyAnthropicError, dataOfEvent, DialectStreamError, EventRelay, toldUsage } from '#libs/dialects';
import { ProviderFailure, withUsage } from '../provider-failure.js';
import {
  finishReasonOf,
  unknownBlock,
  usageOf,
  type WireBlock,
  type WireMessage,
  type WireUsage,
} from './message-answer.js';

/** The data of nearly every event, where its text needs no unescaping: parsing it as JSON would take several times as long. */
const PLAIN_TEXT =
  /^\{"type":"content_block_delta","index":(\d+),"delta":\{"type":"text_delta","text":"([^"\\\p{Cc}]*)" *\} *\}$/u;

interface WireEvent {
  readonly type?: string;
  readonly index?: number;
  readonly message?: WireMessage;
  readonly content_block?: WireBlock;
  readonly delta?: {
    readonly type?: string;
    readonly text?: string;
    readonly thinking?: string;
    readonly signature?: string;
    readonly partial_json?: string;
    readonly stop_reason?: string | null;
  };
  readonly usage?: WireUsage | null;
}

/** A block that has begun and not ended; of a call, its input so far. */
type OpenBlock =
  | { readonly type: 'text' | 'reasoning'; readonly id: string }
  | { readonly type: 'call'; readonly id: string; readonly name: string; input: string };

/**
 * Reads a stream of Messages events into the parts of the AI SDK, synchronously: bytes in, the parts of the whole events in
 * them out. A failure is a part as well, so that what came before it is not lost with it.
 */
export class MessageEvents {
  private parts: LanguageModelV4StreamPart[] = [];
  private readonly open = new Map<number, OpenBlock>();
  private usage: WireUsage = {};
  private stopReason: string | null | undefined;
  private hasUsage = false;
  private isDone = false;
  private readonly relay: EventRelay;

  constructor() {
    const isDone = () => this.isDone;
    this.relay = new EventRelay({
      get isDone() {
        return isDone();
      },
      learnFrom: (event) => this.learnFrom(event),
    });
  }

  /** The parts of the next bytes. Nothing comes after `finish` or `error`. */
  push(bytes: Uint8Array): readonly LanguageModelV4StreamPart[] {
    try {
      this.relay.push(bytes);
    } catch (error) {
      this.isDone = true;
      this.parts.push({ type: 'error', error: this.failureOf(error) });
    }
    return this.taken();
  }

  /** To be called when the bytes have ended: an answer without its end mark is told from a whole one. */
  end(): readonly LanguageModelV4StreamPart[] {
    if (!this.isDone) {
      const usage = usageOf(this.hasUsage ? this.usage : undefined);
      this.parts.push({ type: 'finish', finishReason: { unified: 'interrupted', raw: undefined }, usage });
    }
    this.isDone = true;
    return this.taken();
  }

  /** What the provider has told of its use is to be paid for all the same. */
  private failureOf(error: unknown): unknown {
    const isOfStream = error instanceof DialectStreamError;
    const failure = isOfStream
      ? new ProviderFailure(error.errorClass, error.message, { quotesProvider: true, cause: error })
      : error;
    if (!this.hasUsage || !(failure instanceof ProviderFailure)) return failure;
    return withUsage(failure, toldUsage(usageOf(this.usage)));
  }

  private taken(): readonly LanguageModelV4StreamPart[] {
    const { parts } = this;
    if (parts.length > 0) this.parts = [];
    return parts;
  }

  /** Nothing is relayed of what the parts are made of. */
  private learnFrom(text: string): false {
    const data = dataOfEvent(text);
    if (data === undefined) return false;
    const [, id, delta] = PLAIN_TEXT.exec(data) ?? [];
    if (id !== undefined && delta !== undefined) this.parts.push({ type: 'text-delta', id, delta });
    else this.event(parsedEvent(data), data);
    return false;
  }

  private event({ type = '', index = 0, message, content_block: block, delta, usage }: WireEvent, data: string): void {
    switch (type) {
      case 'content_block_delta':
        this.delta(index, delta ?? {});
        return;
      case 'content_block_start':
        this.begin(index, block ?? {});
        return;
      case 'content_block_stop':
        this.stop(index);
        return;
      case 'message_start':
        this.usage = { ...message?.usage };
        this.parts.push({ type: 'response-metadata', ...named({ id: message?.id, modelId: message?.model }) });
        return;
      case 'message_delta':
        this.stopReason = delta?.stop_reason ?? this.stopReason;
        this.usage = { ...this.usage, ...named({ ...usage }) };
        this.hasUsage = true;
        return;
      case 'message_stop':
        this.isDone = true;
        this.parts.push({ type: 'finish', finishReason: finishReasonOf(this.stopReason), usage: usageOf(this.usage) });
        return;
      case 'error': {
        const { errorClass, message: words } = classifyAnthropicError(500, data);
        const sentence = words || 'the provider ended the stream with an error';
        throw new ProviderFailure(errorClass, sentence, { quotesProvider: true });
      }
      // Pings, and kinds of events that are to come: clients are told to pass over them.
      default:
    }
  }

  private begin(index: number, { type, text, thinking, data, id, name, input }: WireBlock): void {
    const block = String(index);
    if (type === 'text') {
      this.open.set(index, { type: 'text', id: block });
      this.parts.push({ type: 'text-start', id: block });
      if (text) this.parts.push({ type: 'text-delta', id: block, delta: text });
    } else if (type === 'thinking' || type === 'redacted_thinking') {
      this.open.set(index, { type: 'reasoning', id: block });
      const marks = data === undefined ? {} : { providerMetadata: { anthropic: { redactedData: data } } };
      this.parts.push({ type: 'reasoning-start', id: block, ...marks });
      if (thinking) this.parts.push({ type: 'reasoning-delta', id: block, delta: thinking });
    } else if (type === 'tool_use' && id !== undefined && name !== undefined) {
      const isEmpty = typeof input !== 'object' || input === null || Object.keys(input).length === 0;
      this.open.set(index, { type: 'call', id, name, input: isEmpty ? '' : JSON.stringify(input) });
      this.parts.push({ type: 'tool-input-start', id, toolName: name });
    } else {
      throw unknownBlock(type);
    }
  }

  private delta(index: number, delta: NonNullable<WireEvent['delta']>): void {
    const { type, text, thinking, signature, partial_json: json } = delta;
    const block = String(index);
    if (type === 'text_delta' && text !== undefined) {
      this.parts.push({ type: 'text-delta', id: block, delta: text });
    } else if (type === 'input_json_delta' && json !== undefined) {
      this.input(index, json);
    } else if (type === 'thinking_delta' && thinking !== undefined) {
      this.parts.push({ type: 'reasoning-delta', id: block, delta: thinking });
    } else if (type === 'signature_delta' && signature !== undefined) {
      const providerMetadata = { anthropic: { signature } };
      this.parts.push({ type: 'reasoning-delta', id: block, delta: '', providerMetadata });
    } else {
      throw unknownBlock(type);
    }
  }

  private input(index: number, json: string): void {
    const call = this.open.get(index);
    if (call?.type !== 'call' || json === '') return;
    call.input += json;
    this.parts.push({ type: 'tool-input-delta', id: call.id, delta: json });
  }

  private stop(index: number): void {
    const block = this.open.get(index);
    if (!block) return;
    this.open.delete(index);
    if (block.type === 'call') {
      const { id, name, input } = block;
      this.parts.push({ type: 'tool-input-end', id });
      this.parts.push({ type: 'tool-call', toolCallId: id, toolName: name, input: input || '{}' });
    } else {
      this.parts.push({ type: block.type === 'text' ? 'text-end' : 'reasoning-end', id: block.id });
    }
  }
}

function parsedEvent(data: string): WireEvent {
  try {
    const event = JSON.parse(data) as WireEvent | null;
    if (typeof event === 'object' && event !== null) return event;
  } catch {
    // Said below, as of any other data that is no event.
  }
  throw new ProviderFailure('bad_answer', 'the stream held an event that is not JSON');
}

/** Members that are null or absent say nothing, and must not stand in for what was told before. */
function named<Value extends object>(members: Value): { [Name in keyof Value]?: NonNullable<Value[Name]> } {
  const told = Object.entries(members).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(told) as ReturnType<typeof named<Value>>;
}
