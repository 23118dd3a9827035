import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { isRecord } from '../../json-operation/read-json-answer.js';
import type { AnswerContext, StreamEncoder } from '../../translation/translation.js';
import { BlockWriter, eventOf } from './block-writer.js';
import { callMark } from './encode-blocks.js';
import { encodeStop } from './encode-stop.js';
import { encodeUsage } from './encode-usage.js';
import { emptyMessage } from './wire-answer.js';

type Part<Type extends LanguageModelV4StreamPart['type']> = Extract<LanguageModelV4StreamPart, { type: Type }>;

/** Of the counts, providers of other formats tell nothing before the end. */
const NOTHING_COUNTED = {
  input_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 0,
  output_tokens_details: null,
  server_tool_use: null,
} as const;

/**
 * Encodes a streamed answer as Messages events. Blocks are strictly one after the other: where a provider interleaves, the open
 * text or thought is closed, and what comes while the input of a tool call is incomplete waits for its end.
 */
export class MessagesStreamEncoder implements StreamEncoder {
  private readonly blocks = new BlockWriter();
  private readonly calls = new Set<string>();
  private waiting: LanguageModelV4StreamPart[] = [];
  private head: { id: string; model: string };
  private hasBegun = false;
  private isFinished = false;

  constructor(private readonly context: AnswerContext) {
    this.head = { id: `msg_${context.requestId}`, model: context.model };
  }

  part(part: LanguageModelV4StreamPart): string {
    if (part.type === 'finish') return this.finish(part);
    if (part.type !== 'response-metadata') return this.content(part);
    this.head = { id: part.id ?? this.head.id, model: part.modelId ?? this.head.model };
    return '';
  }

  end(): string {
    return this.isFinished ? eventOf({ type: 'message_stop' }) : '';
  }

  private content(part: LanguageModelV4StreamPart): string {
    if (this.mustWait(part)) {
      this.waiting.push(part);
      return '';
    }
    const events = this.encode(part);
    const isFree = this.waiting.length > 0 && this.blocks.open?.type !== 'tool_use';
    return this.begun(isFree ? events + this.replay() : events);
  }

  /** Whether a part has to wait until the input of the tool call that is being written is complete. */
  private mustWait(part: LanguageModelV4StreamPart): boolean {
    const { open } = this.blocks;
    if (open?.type !== 'tool_use' || idOf(part) === open.id || idOf(part) === undefined) return false;
    return this.waiting.length > 0 || !isWhole(open.input);
  }

  private replay(): string {
    const { waiting } = this;
    this.waiting = [];
    return waiting.map((part) => this.content(part)).join('');
  }

  private encode(part: LanguageModelV4StreamPart): string {
    const { blocks } = this;
    if (part.type === 'text-delta') return blocks.text(part.id, part.delta);
    if (part.type === 'reasoning-start') return blocks.thought(part.id, '', part.providerMetadata);
    if (part.type === 'reasoning-delta') return blocks.thought(part.id, part.delta, part.providerMetadata);
    if (part.type === 'tool-input-start') return part.providerExecuted === true ? '' : this.beginCall(part);
    if (part.type === 'tool-call') return part.providerExecuted === true ? '' : this.call(part);
    const isOpen = blocks.open !== undefined && blocks.open.id === idOf(part);
    return isOpen ? this.continueBlock(part) : '';
  }

  private continueBlock(part: LanguageModelV4StreamPart): string {
    if (part.type === 'tool-input-delta') return this.blocks.input(part.delta);
    if (part.type !== 'text-end' && part.type !== 'reasoning-end' && part.type !== 'tool-input-end') return '';
    // Input that did not come in pieces comes with the whole call, which follows.
    if (this.blocks.open?.type === 'tool_use' && this.blocks.open.input === '') return '';
    this.blocks.addMetadata(part.providerMetadata);
    return this.blocks.close();
  }

  private beginCall({ id, toolName }: Part<'tool-input-start'>): string {
    this.calls.add(id);
    return this.blocks.toolUse(id, toolName);
  }

  /** A call that was not streamed comes as a whole; of one that was, only the provider's marks are left to be told. */
  private call({ toolCallId, toolName, input, providerMetadata }: Part<'tool-call'>): string {
    const { blocks } = this;
    const isKnown = this.calls.has(toolCallId);
    this.calls.add(toolCallId);
    const begin = isKnown ? '' : blocks.toolUse(toolCallId, toolName);
    const { open } = blocks;
    const lacksInput = open?.type === 'tool_use' && open.id === toolCallId && open.input === '';
    const use = begin + (lacksInput ? blocks.input(input) : '');
    const closed = blocks.open?.id === toolCallId ? blocks.close() : '';
    const mark = callMark(toolCallId, providerMetadata);
    return use + closed + (mark ? blocks.hidden(mark) : '');
  }

  private finish({ finishReason, usage, providerMetadata }: Part<'finish'>): string {
    // An answer that broke off gets no end, so that nobody takes it for a whole one.
    if (finishReason.unified === 'error' || finishReason.unified === 'interrupted') return '';
    this.isFinished = true;
    let rest = this.blocks.close();
    while (this.waiting.length > 0) rest += this.replay() + this.blocks.close();
    return this.begun(
      rest +
        eventOf({
          type: 'message_delta',
          delta: encodeStop(finishReason, { callsTools: this.calls.size > 0, metadata: providerMetadata }),
          usage: encodeUsage(usage, { request: this.context.request, answerCharacters: this.blocks.characters }),
        }),
      true,
    );
  }

  /** The first events have the message before them; it waits for them, since the provider's id of it comes late. */
  private begun(events: string, isEnd = false): string {
    if (this.hasBegun || (events === '' && !isEnd)) return events;
    this.hasBegun = true;
    const message = { ...emptyMessage(this.head), usage: NOTHING_COUNTED };
    return eventOf({ type: 'message_start', message }) + events;
  }
}

/** The id of the block that a part belongs to; undefined for a part of none. */
function idOf(part: LanguageModelV4StreamPart): string | undefined {
  if (part.type === 'tool-call') return part.toolCallId;
  return 'id' in part && part.type !== 'source' ? part.id : undefined;
}

function isWhole(input: string): boolean {
  try {
    return isRecord(JSON.parse(input));
  } catch {
    return false;
  }
}
