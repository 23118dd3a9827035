import { DialectStreamError } from '../caller-dialect.js';
import { asJson } from '../as-json.js';
import { RelayedStreamReader } from '../relayed-stream-reader.js';
import { readChatUsage } from './read-usage.js';
import { classifyChatStreamError } from './classify-error.js';

/** Members from which something is to be learnt; in the text of an answer they would have backslashes before the quotes. */
const WORTH_PARSING = /"usage"\s*:\s*\{|"error"|"finish_reason"\s*:\s*"/;

interface WireChunk {
  id?: unknown;
  error?: unknown;
  usage?: unknown;
  choices?: { delta?: Record<string, unknown>; text?: unknown; finish_reason?: unknown }[];
}

/**
 * Follows a stream of Chat Completions chunks (server-sent events) as it is relayed. Bytes go on unchanged and in whole events
 * only, so that a cut never leaves half of one behind; a usage event that the caller did not ask for is left out. Events are
 * parsed only where something is to be learnt from them, or where they may be no JSON.
 */
export class ChatStreamReader extends RelayedStreamReader {
  constructor(private readonly keepsUsage: boolean) {
    super();
  }

  protected override isMark(data: string): boolean {
    if (data !== '[DONE]') return false;
    this.facts.isDone = true;
    return true;
  }

  protected override learnFromData(data: string): boolean {
    const isPlainToken = this.facts.tokenEvents > 0 && !WORTH_PARSING.test(data);
    if (!isPlainToken) return this.learnFromChunk(parseChunk(data), data);
    this.countToken(data);
    return true;
  }

  private learnFromChunk(chunk: WireChunk, data: string): boolean {
    const finishReason = chunk.choices?.[0]?.finish_reason;
    // Some providers end a broken stream with an error beside choices, or as a finish reason, and a proper end mark.
    if ((chunk.error !== undefined && chunk.error !== null) || finishReason === 'error') {
      const { errorClass, message } = classifyChatStreamError(data);
      const usage = readChatUsage(chunk.usage) ?? this.facts.usage;
      throw new DialectStreamError(errorClass, message || 'the provider ended the stream with an error', usage);
    }
    if (typeof chunk.id === 'string') this.facts.upstreamId ??= chunk.id.slice(0, 200);
    if (typeof finishReason === 'string') this.facts.finishReason = finishReason.slice(0, 100);
    if (chunk.choices?.some(({ delta, text }) => carriesToken(delta ?? { text }))) this.facts.tokenEvents++;
    const usage = readChatUsage(chunk.usage);
    if (usage) this.facts.usage = usage;
    const isUsageOnly = chunk.usage !== undefined && chunk.usage !== null && (chunk.choices?.length ?? 0) === 0;
    return this.keepsUsage || !isUsageOnly;
  }
}

function parseChunk(data: string): WireChunk {
  const chunk = asJson(() => JSON.parse(data) as WireChunk);
  const choices: unknown[] = Array.isArray(chunk.choices) ? chunk.choices : [];
  return { ...chunk, choices: choices.filter((choice) => typeof choice === 'object' && choice !== null) };
}

function carriesToken(delta: Record<string, unknown> | undefined): boolean {
  if (!delta) return false;
  return Object.entries(delta).some(
    ([name, value]) => name !== 'role' && value !== null && value !== undefined && value !== '',
  );
}
