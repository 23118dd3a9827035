import type { Usage } from '#libs/contracts';
import { DialectStreamError } from '../caller-dialect.js';
import { continuedRequest } from '../continuation/continued-request.js';
import { Seam } from '../continuation/seam.js';
import type { ContinuationStyle, RestOrder, StreamContinuation } from '../continuation/stream-continuation.js';
import { dataOfEvents, parseEventData } from '../continuation/whole-events.js';
import { responseFacts, type WireResponse } from './read-answer.js';

const MOST_TEXT = 1024 ** 2;

interface WireItem {
  type?: unknown;
  id?: unknown;
}
interface WireEvent {
  type?: unknown;
  sequence_number?: unknown;
  response?: (WireResponse & { status?: unknown }) | null;
  item?: WireItem | null;
  part?: { type?: unknown } | null;
  output_index?: unknown;
  content_index?: unknown;
  delta?: unknown;
}
interface WireRequest {
  text?: { format?: { type?: unknown } | null } | null;
  background?: unknown;
  previous_response_id?: unknown;
  conversation?: unknown;
}

/** Goes on with a stream of Responses events: with the one text of the one message that it may hold beside thoughts. */
export class ResponsesContinuation implements StreamContinuation {
  finishReason: string | undefined;
  private text = '';
  private isText = true;
  private response: Record<string, unknown> = {};
  /** What the caller's answer holds before the message. */
  private readonly items: WireItem[] = [];
  private message: WireItem | undefined;
  /** Where the message's text stands. */
  private place: Record<string, unknown> | undefined;
  private sequence = 0;
  private seam: Seam | undefined;
  private before: Usage | undefined;

  get canGoOn(): boolean {
    const isShort = this.text !== '' && this.text.length <= MOST_TEXT;
    return this.isText && this.place !== undefined && isShort && this.finishReason === undefined;
  }

  relay(events: Uint8Array): Buffer {
    const { seam } = this;
    let continued = '';
    for (const data of dataOfEvents(events)) {
      if (data === '[DONE]') continue;
      if (seam) continued += this.continuedBy(parseEventData(data), seam);
      else this.follow(parseEventData(data));
    }
    return seam ? Buffer.from(continued) : Buffer.from(events.buffer, events.byteOffset, events.byteLength);
  }

  requestForRest(body: Uint8Array, order: RestOrder): Buffer | 'used_up' | undefined {
    const request = JSON.parse(Buffer.from(body).toString('utf8')) as WireRequest;
    const format = request.text?.format?.type;
    const isElsewhere = request.previous_response_id || request.conversation || request.background;
    // A text of a given form cannot be taken up by another model in the middle, nor what only its provider knows.
    if ((format !== undefined && format !== 'text') || isElsewhere) return undefined;
    return continuedRequest(body, { ...order, text: this.text, list: 'input', bounds: ['max_output_tokens'] });
  }

  resume(style: ContinuationStyle, usage: Usage): void {
    this.seam = new Seam(this.text, style);
    this.before = usage;
  }

  end(usage: Usage): Buffer {
    this.before = usage;
    if (this.finishReason !== undefined) return Buffer.alloc(0);
    return Buffer.from(this.ended({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }));
  }

  private follow(event: WireEvent): void {
    if (typeof event.sequence_number === 'number') this.sequence = event.sequence_number;
    switch (event.type) {
      case 'response.created':
        this.response = { ...event.response };
        break;
      case 'response.output_item.added':
        if (event.item?.type === 'message' && !this.message) this.message = event.item;
        else if (event.item?.type !== 'reasoning') this.isText = false;
        break;
      case 'response.output_item.done':
        if (event.item?.type === 'reasoning') this.items.push(event.item);
        else this.isText = false;
        break;
      case 'response.content_part.added':
        this.begin(event);
        break;
      case 'response.output_text.delta':
        if (this.text.length <= MOST_TEXT && typeof event.delta === 'string') this.text += event.delta;
        break;
      case 'response.output_text.done':
      case 'response.output_text.annotation.added':
        this.isText = false;
        break;
      case 'response.completed':
      case 'response.incomplete':
        this.finishReason = responseFacts(event.response ?? {}).finishReason ?? '';
        break;
      default:
    }
  }

  private begin({ part, output_index: outputIndex, content_index: contentIndex }: WireEvent): void {
    // Thoughts have parts of their own.
    if (part?.type === 'reasoning_text') return;
    if (part?.type !== 'output_text' || this.place) this.isText = false;
    this.place = { item_id: this.message?.id, output_index: outputIndex, content_index: contentIndex };
  }

  private continuedBy({ type, item, delta, response }: WireEvent, seam: Seam): string {
    switch (type) {
      case 'response.output_text.delta':
        return typeof delta === 'string' ? this.textEvent(seam.push(delta)) : '';
      case 'response.output_item.added':
        if (item?.type === 'message' || item?.type === 'reasoning') return '';
        throw new DialectStreamError('bad_answer', 'the rest of the answer is more than text');
      case 'response.completed':
      case 'response.incomplete':
        return this.textEvent(seam.flush()) + this.ended(response ?? {});
      default:
        return '';
    }
  }

  private textEvent(delta: string): string {
    if (delta === '') return '';
    // The end tells all of it.
    this.text += delta;
    return this.event('response.output_text.delta', { ...this.place, delta, logprobs: [] });
  }

  /** All that is told of the message at its end, and the response with it. */
  private ended({ status = 'completed', incomplete_details: details = null, usage }: WireResponse): string {
    this.finishReason = responseFacts({ status, incomplete_details: details }).finishReason ?? '';
    const { text, place = {} } = this;
    const part = { type: 'output_text', text, annotations: [], logprobs: [] };
    const item = { ...this.message, status, content: [part] };
    const whole = { status, incomplete_details: details, output: [...this.items, item], usage: this.wholeUsage(usage) };
    const { item_id: _id, content_index: _index, ...ofItem } = place;
    return [
      this.event('response.output_text.done', { ...place, text, logprobs: [] }),
      this.event('response.content_part.done', { ...place, part }),
      this.event('response.output_item.done', { ...ofItem, item }),
      this.event(`response.${String(status)}`, { response: { ...this.response, ...whole } }),
    ].join('');
  }

  /** One prompt, which is the caller's; what was answered is of all. */
  private wholeUsage(told: unknown): Record<string, unknown> {
    const { promptTokens = 0, cachedPromptTokens = 0, completionTokens = 0, reasoningTokens = 0 } = this.before ?? {};
    const own = responseFacts({ usage: told }).usage;
    const answered = completionTokens + (own?.completionTokens ?? 0);
    return {
      input_tokens: promptTokens,
      input_tokens_details: { cached_tokens: cachedPromptTokens },
      output_tokens: answered,
      output_tokens_details: { reasoning_tokens: reasoningTokens + (own?.reasoningTokens ?? 0) },
      total_tokens: promptTokens + answered,
    };
  }

  private event(type: string, members: Record<string, unknown>): string {
    this.sequence++;
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.sequence, ...members })}\n\n`;
  }
}
