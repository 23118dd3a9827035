import type { Usage } from '#libs/contracts';
import { continuedRequest } from '../continuation/continued-request.js';
import { Seam } from '../continuation/seam.js';
import type { ContinuationStyle, RestOrder, StreamContinuation } from '../continuation/stream-continuation.js';
import { dataOfEvents, parseEventData } from '../continuation/whole-events.js';
import { readTokenCount } from '../json-operation/read-token-count.js';

const MOST_TEXT = 1024 ** 2;
const THOUGHTS = new Set(['thinking', 'redacted_thinking']);

interface WireEvent {
  type?: unknown;
  index?: number;
  content_block?: { type?: unknown; text?: unknown } | null;
  delta?: { type?: unknown; text?: unknown; stop_reason?: unknown } | null;
  usage?: { output_tokens?: unknown } | null;
}
interface WireRequest {
  output_config?: { format?: unknown } | null;
  output_format?: unknown;
}
interface OpenBlock {
  readonly index: number;
  readonly type: unknown;
}

/** Goes on with a stream of Messages events. */
export class MessagesContinuation implements StreamContinuation {
  finishReason: string | undefined;
  private text = '';
  private hasTextOnly = true;
  /** The caller's block that has begun and not ended. */
  private open: OpenBlock | undefined;
  private nextIndex = 0;
  private isDone = false;
  private seam: Seam | undefined;
  private before: Usage | undefined;
  /** Of the blocks of the answer that goes on, those that are relayed, and whether its text has been joined to the caller's. */
  private relayed = new Set<number | undefined>();
  private isJoined = false;

  get canGoOn(): boolean {
    const isInText = this.open === undefined || this.open.type === 'text';
    const isShort = this.text !== '' && this.text.length <= MOST_TEXT;
    return this.hasTextOnly && isInText && isShort && this.finishReason === undefined;
  }

  relay(events: Uint8Array): Buffer {
    const { seam } = this;
    let continued = '';
    for (const data of dataOfEvents(events)) {
      if (seam) continued += this.continuedBy(parseEventData(data), seam);
      else this.follow(parseEventData(data));
    }
    return seam ? Buffer.from(continued) : Buffer.from(events.buffer, events.byteOffset, events.byteLength);
  }

  requestForRest(body: Uint8Array, order: RestOrder): Buffer | 'used_up' | undefined {
    const request = JSON.parse(Buffer.from(body).toString('utf8')) as WireRequest;
    // A text of a given form cannot be taken up by another model in the middle.
    if (request.output_config?.format || request.output_format) return undefined;
    return continuedRequest(body, { ...order, text: this.text, list: 'messages', bounds: ['max_tokens'] });
  }

  resume(style: ContinuationStyle, usage: Usage): void {
    this.seam = new Seam(this.text, style);
    this.before = usage;
    this.relayed = new Set();
    this.isJoined = false;
  }

  end(usage: Usage): Buffer {
    let events = '';
    if (this.finishReason === undefined) {
      this.finishReason = 'max_tokens';
      events += this.closed();
      const delta = { stop_reason: this.finishReason, stop_sequence: null };
      events += event({ type: 'message_delta', delta, usage: { output_tokens: usage.completionTokens } });
    }
    return Buffer.from(events + this.endMark());
  }

  private follow({ type, index = 0, content_block: block, delta }: WireEvent): void {
    switch (type) {
      case 'content_block_start':
        this.open = { index, type: block?.type };
        this.nextIndex = index + 1;
        if (block?.type === 'text') this.add(block.text);
        else if (!THOUGHTS.has(String(block?.type))) this.hasTextOnly = false;
        break;
      case 'content_block_delta':
        if (delta?.type === 'text_delta') this.add(delta.text);
        break;
      case 'content_block_stop':
        this.open = undefined;
        break;
      case 'message_delta':
        if (typeof delta?.stop_reason === 'string') this.finishReason = delta.stop_reason;
        break;
      case 'message_stop':
        this.isDone = true;
        break;
      default:
    }
  }

  private continuedBy(told: WireEvent, seam: Seam): string {
    switch (told.type) {
      case 'content_block_start':
        return this.blockBegun(told, seam);
      case 'content_block_delta':
        return this.blockGoesOn(told, seam);
      case 'content_block_stop':
        return this.relayed.has(told.index) ? this.joinedText(seam.flush()) + this.closed() : '';
      case 'message_delta':
        return this.joinedText(seam.flush()) + this.closed() + this.messageEnded(told);
      case 'message_stop':
        return this.endMark();
      default:
        return '';
    }
  }

  /** The first text goes on in the caller's; thoughts are left out, since those of the caller's answer have ended. */
  private blockBegun({ index, content_block: block }: WireEvent, seam: Seam): string {
    if (THOUGHTS.has(String(block?.type))) return '';
    this.relayed.add(index);
    if (block?.type === 'text') {
      if (!this.isJoined) {
        this.isJoined = true;
        return this.joinedText(seam.push(textOf(block.text)));
      }
    } else this.hasTextOnly = false;
    if (block?.type === 'text') this.add(block.text);
    return this.joinedText(seam.flush()) + this.closed() + this.begun(block ?? {});
  }

  private blockGoesOn({ index, delta }: WireEvent, seam: Seam): string {
    if (!this.relayed.has(index) || !delta) return '';
    if (delta.type === 'text_delta') return this.joinedText(seam.push(textOf(delta.text)));
    return this.open ? event({ type: 'content_block_delta', index: this.open.index, delta }) : '';
  }

  private messageEnded({ delta, usage }: WireEvent): string {
    if (typeof delta?.stop_reason === 'string') this.finishReason = delta.stop_reason;
    const answered = (this.before?.completionTokens ?? 0) + (readTokenCount(usage?.output_tokens) ?? 0);
    return event({ type: 'message_delta', delta, usage: { output_tokens: answered } });
  }

  private joinedText(text: string): string {
    if (text === '') return '';
    this.add(text);
    const begun = this.open?.type === 'text' ? '' : this.closed() + this.begun({ type: 'text', text: '' });
    return `${begun}${event({ type: 'content_block_delta', index: this.open?.index, delta: { type: 'text_delta', text } })}`;
  }

  private begun(block: { type?: unknown; text?: unknown }): string {
    this.open = { index: this.nextIndex++, type: block.type };
    return event({ type: 'content_block_start', index: this.open.index, content_block: block });
  }

  private closed(): string {
    if (!this.open) return '';
    const { index } = this.open;
    this.open = undefined;
    return event({ type: 'content_block_stop', index });
  }

  private endMark(): string {
    if (this.isDone) return '';
    this.isDone = true;
    return event({ type: 'message_stop' });
  }

  private add(text: unknown): void {
    if (this.text.length <= MOST_TEXT) this.text += textOf(text);
  }
}

function textOf(text: unknown): string {
  return typeof text === 'string' ? text : '';
}

function event(data: { type: string; [member: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
