import type { Facts, Usage } from '#libs/contracts';
import { continuedRequest } from '../continuation/continued-request.js';
import { Seam } from '../continuation/seam.js';
import type { ContinuationStyle, RestOrder, StreamContinuation } from '../continuation/stream-continuation.js';
import { dataOfEvents, parseEventData } from '../continuation/whole-events.js';
import { readChatUsage } from './read-usage.js';

const MOST_TEXT = 1024 ** 2;
/** What all chunks of one answer have in common. */
const ENVELOPE = ['id', 'object', 'created', 'model', 'service_tier', 'system_fingerprint', 'provider'];
/** What a model thought beside its text; the rest of an answer does without it. */
const THOUGHTS = new Set(['reasoning', 'reasoning_content', 'reasoning_details']);
const CALLS = ['tool_calls', 'function_call', 'refusal'];

interface WireChunk {
  usage?: unknown;
  choices?: { index?: unknown; delta?: Record<string, unknown> | null; finish_reason?: unknown }[];
}
interface WireRequest {
  n?: unknown;
  logprobs?: unknown;
  modalities?: unknown;
  response_format?: { type?: unknown } | null;
}

/** Goes on with a stream of Chat Completions chunks. */
export class ChatContinuation implements StreamContinuation {
  finishReason: string | undefined;
  private text = '';
  private envelope: Record<string, unknown> | undefined;
  private isText = true;
  private isDone = false;
  private hasUsage = false;
  private seam: Seam | undefined;
  private before: Usage | undefined;
  /** Of the answer that goes on. */
  private usage: unknown;

  constructor(private readonly facts: Pick<Facts, 'usageAsked'>) {}

  get canGoOn(): boolean {
    return this.isText && this.text !== '' && this.text.length <= MOST_TEXT && this.finishReason === undefined;
  }

  relay(events: Uint8Array): Buffer {
    const { seam } = this;
    let continued = '';
    for (const data of dataOfEvents(events)) {
      if (data === '[DONE]') continued += this.endMark();
      else if (seam) continued += this.continuedBy(parseEventData(data), seam);
      else this.follow(parseEventData(data));
    }
    return seam ? Buffer.from(continued) : Buffer.from(events.buffer, events.byteOffset, events.byteLength);
  }

  requestForRest(body: Uint8Array, order: RestOrder): Buffer | 'used_up' | undefined {
    const request = JSON.parse(Buffer.from(body).toString('utf8')) as WireRequest;
    if (!isPlainText(request)) return undefined;
    return continuedRequest(body, {
      ...order,
      text: this.text,
      list: 'messages',
      bounds: ['max_tokens', 'max_completion_tokens'],
    });
  }

  resume(style: ContinuationStyle, usage: Usage): void {
    this.seam = new Seam(this.text, style);
    this.before = usage;
    this.usage = undefined;
  }

  end(usage: Usage): Buffer {
    this.before = usage;
    this.usage = undefined;
    let events = '';
    if (this.finishReason === undefined) {
      this.finishReason = 'length';
      events += this.chunk({}, this.finishReason);
    }
    return Buffer.from(events + this.endMark());
  }

  private follow(chunk: Record<string, unknown>): void {
    const { usage } = chunk as WireChunk;
    const choices = choicesOf(chunk);
    if (choices.length > 0) this.envelope ??= envelopeOf(chunk);
    for (const { index = 0, delta, finish_reason: finishReason } of choices) {
      if (index !== 0) this.isText = false;
      for (const [name, value] of Object.entries(delta ?? {})) {
        if (name === 'role' || THOUGHTS.has(name) || isEmpty(value)) continue;
        if (name === 'content' && typeof value === 'string') this.add(value);
        else this.isText = false;
      }
      if (typeof finishReason === 'string') this.finishReason = finishReason;
    }
    // Some providers tell the usage so far in every chunk.
    if (usage && (choices.length === 0 || this.finishReason !== undefined)) this.hasUsage = true;
  }

  private continuedBy(chunk: WireChunk, seam: Seam): string {
    if (chunk.usage) this.usage = chunk.usage;
    const choice = choicesOf(chunk).find(({ index = 0 }) => index === 0);
    if (!choice) return '';
    const delta = choice.delta ?? {};
    let events = typeof delta['content'] === 'string' ? this.textChunk(seam.push(delta['content'])) : '';
    const calls = Object.fromEntries(CALLS.filter((name) => !isEmpty(delta[name])).map((name) => [name, delta[name]]));
    if (Object.keys(calls).length > 0) {
      this.isText = false;
      events += this.textChunk(seam.flush()) + this.chunk(calls, null);
    }
    if (typeof choice.finish_reason === 'string') {
      this.finishReason = choice.finish_reason;
      events += this.textChunk(seam.flush()) + this.chunk({}, this.finishReason);
    }
    return events;
  }

  private endMark(): string {
    if (this.isDone) return '';
    this.isDone = true;
    const wantsUsage = this.facts.usageAsked && this.before !== undefined && !this.hasUsage;
    const usage = wantsUsage ? event({ ...this.envelope, choices: [], usage: this.wholeUsage(this.before) }) : '';
    return `${usage}data: [DONE]\n\n`;
  }

  /** One prompt, which is the caller's; what was answered is of all. */
  private wholeUsage(before: Usage | undefined): Record<string, unknown> {
    const own = readChatUsage(this.usage);
    const { cost } = (this.usage ?? {}) as { cost?: unknown };
    const promptTokens = before?.promptTokens ?? 0;
    const completionTokens = (before?.completionTokens ?? 0) + (own?.completionTokens ?? 0);
    return {
      ...(cost === undefined ? {} : { cost }),
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: { cached_tokens: before?.cachedPromptTokens ?? 0 },
      completion_tokens_details: { reasoning_tokens: (before?.reasoningTokens ?? 0) + (own?.reasoningTokens ?? 0) },
    };
  }

  private textChunk(text: string): string {
    if (text === '') return '';
    this.add(text);
    return this.chunk({ content: text }, null);
  }

  private chunk(delta: Record<string, unknown>, finishReason: string | null): string {
    return event({ ...this.envelope, choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }] });
  }

  private add(text: string): void {
    if (this.text.length <= MOST_TEXT) this.text += text;
  }
}

/** Some providers have null in the place of an empty list. */
function choicesOf({ choices }: WireChunk): NonNullable<WireChunk['choices']> {
  return Array.isArray(choices) ? choices.filter((choice) => typeof choice === 'object' && choice !== null) : [];
}

/** Several answers, bytes of sound and texts of a given form cannot be taken up by another model in the middle. */
function isPlainText({ n, logprobs, modalities, response_format: format }: WireRequest): boolean {
  const isSeveral = typeof n === 'number' && n > 1;
  const speaks = Array.isArray(modalities) && modalities.includes('audio');
  const hasForm = format?.type !== undefined && format.type !== 'text';
  return !isSeveral && !speaks && !hasForm && logprobs !== true;
}

function envelopeOf(chunk: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(ENVELOPE.filter((name) => chunk[name] !== undefined).map((name) => [name, chunk[name]]));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function event(data: Record<string, unknown>): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
