import { DialectStreamError, type AnswerStreamReader, type StreamFacts } from '../caller-dialect.js';
import { readChatUsage } from './read-usage.js';
import { classifyChatError } from './classify-error.js';

const MOST_EVENT_BYTES = 4 * 1024 ** 2;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const EMPTY = Buffer.alloc(0);
/** Members from which something is to be learnt; in the text of an answer they would have backslashes before the quotes. */
const WORTH_PARSING = /"usage"\s*:\s*\{|"error"|"finish_reason"\s*:\s*"/;

interface WireChunk {
  id?: unknown;
  error?: unknown;
  usage?: unknown;
  choices?: { delta?: Record<string, unknown>; finish_reason?: unknown }[];
}

/**
 * Follows a stream of Chat Completions chunks (server-sent events) as it is relayed. Bytes go on unchanged and in whole events
 * only, so that a cut never leaves half of one behind; a usage event that the caller did not ask for is left out. Events are
 * parsed only where something is to be learnt from them.
 */
export class ChatStreamReader implements AnswerStreamReader {
  readonly facts: StreamFacts = { tokenEvents: 0, isDone: false };
  private rest: Buffer = EMPTY;

  constructor(private readonly keepsUsage: boolean) {}

  /**
   * Takes the next bytes and returns those that may be relayed.
   * @throws DialectStreamError for an error event, bytes that are no events, or an event without end.
   */
  push(bytes: Uint8Array): Buffer {
    if (this.facts.isDone) return EMPTY;
    const incoming = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const buffer = this.rest.length > 0 ? Buffer.concat([this.rest, incoming]) : incoming;
    const kept: Buffer[] = [];
    let start = 0;
    for (let end = endOfEvent(buffer, start); end >= 0 && !this.facts.isDone; end = endOfEvent(buffer, start)) {
      const event = buffer.subarray(start, end);
      if (this.learnFrom(event.toString('utf8').trim())) kept.push(event);
      start = end;
    }
    this.rest = start === 0 ? buffer : buffer.subarray(start);
    if (this.rest.length > MOST_EVENT_BYTES) {
      throw new DialectStreamError('bad_answer', `an event of the stream is larger than ${MOST_EVENT_BYTES} bytes`);
    }
    if (kept.length === 1) return kept[0] as Buffer;
    return kept.length === 0 ? EMPTY : Buffer.concat(kept);
  }

  /** To be called when the provider's bytes have ended. @throws DialectStreamError where the end mark is missing. */
  end(): void {
    if (!this.facts.isDone) throw new DialectStreamError('cut_stream', 'the stream ended without its end mark');
  }

  /** Learns from one event and says whether it is to be relayed. */
  private learnFrom(event: string): boolean {
    if (event === '') return false;
    const data = dataOf(event);
    if (data === undefined) return true;
    if (data === '[DONE]') {
      this.facts.isDone = true;
      return true;
    }
    if (!data.startsWith('{') || !data.endsWith('}')) {
      throw new DialectStreamError('bad_answer', 'the stream held an event that is not JSON');
    }
    const isPlainToken = this.facts.tokenEvents > 0 && !WORTH_PARSING.test(data);
    if (isPlainToken) {
      this.facts.tokenEvents++;
      return true;
    }
    return this.learnFromChunk(parseChunk(data), data);
  }

  private learnFromChunk(chunk: WireChunk, data: string): boolean {
    const finishReason = chunk.choices?.[0]?.finish_reason;
    // Some providers end a broken stream with an error beside choices, or as a finish reason, and a proper end mark.
    if ((chunk.error !== undefined && chunk.error !== null) || finishReason === 'error') {
      const { errorClass, message } = classifyChatError(500, data);
      throw new DialectStreamError(errorClass, message || 'the provider ended the stream with an error');
    }
    if (typeof chunk.id === 'string') this.facts.upstreamId ??= chunk.id.slice(0, 200);
    if (typeof finishReason === 'string') this.facts.finishReason = finishReason.slice(0, 100);
    if (chunk.choices?.some(({ delta }) => carriesToken(delta))) this.facts.tokenEvents++;
    const usage = readChatUsage(chunk.usage);
    if (usage) this.facts.usage = usage;
    const isUsageOnly = chunk.usage !== undefined && chunk.usage !== null && (chunk.choices?.length ?? 0) === 0;
    return this.keepsUsage || !isUsageOnly;
  }
}

/** The data of an event without its field names; undefined for an event that has none, such as a comment. */
function dataOf(event: string): string | undefined {
  if (event.startsWith('data:') && !event.includes('\n')) return event.slice('data:'.length).trim();
  const lines = event.split('\n').filter((line) => line.startsWith('data:'));
  return lines.length === 0 ? undefined : lines.map((line) => line.slice('data:'.length).trim()).join('\n');
}

function parseChunk(data: string): WireChunk {
  try {
    const chunk = JSON.parse(data) as WireChunk;
    const choices: unknown[] = Array.isArray(chunk.choices) ? chunk.choices : [];
    return { ...chunk, choices: choices.filter((choice) => typeof choice === 'object' && choice !== null) };
  } catch (error) {
    throw new DialectStreamError('bad_answer', `the stream held an event that is not JSON: ${(error as Error).name}`);
  }
}

function carriesToken(delta: Record<string, unknown> | undefined): boolean {
  if (!delta) return false;
  return Object.entries(delta).some(([name, value]) => name !== 'role' && value !== null && value !== '');
}

/** The position after the blank line that ends the event beginning at `start`, or -1. Lines end in LF or CR LF. */
function endOfEvent(buffer: Buffer, start: number): number {
  for (let feed = buffer.indexOf(LINE_FEED, start); feed >= 0; feed = buffer.indexOf(LINE_FEED, feed + 1)) {
    const next = buffer[feed + 1];
    if (next === LINE_FEED) return feed + 2;
    if (next === CARRIAGE_RETURN && buffer[feed + 2] === LINE_FEED) return feed + 3;
  }
  return -1;
}
