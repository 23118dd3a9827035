import type {
  LanguageModelV4Citation,
  LanguageModelV4File,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
} from '@ai-sdk/provider';
import type { AnswerSink } from './answer-sink.js';
import { carry } from '../../translation/carried-marks.js';
import { responseMarks } from './response-marks.js';
import { FunctionCallWriter } from './function-call-writer.js';
import { MessageWriter } from './message-writer.js';
import type { ItemStatus } from './output-items.js';
import { ReasoningWriter } from './reasoning-writer.js';

type Thought = Extract<LanguageModelV4StreamPart, { type: `reasoning-${'start' | 'delta' | 'end'}` }>;
type Call = Extract<LanguageModelV4StreamPart, { type: `tool-input-${'start' | 'delta'}` | 'tool-call' }>;

/**
 * Turns the parts of an answer into items and their events. Texts that follow each other are one message, which ends where
 * something else begins; calls may be under way side by side.
 */
export class AnswerWriter {
  private message: MessageWriter | undefined;
  /** Sources that came before any text. */
  private sources: LanguageModelV4Citation[] = [];
  private readonly thoughts = new Map<string, ReasoningWriter>();
  private readonly calls = new Map<string, FunctionCallWriter>();

  constructor(private readonly sink: AnswerSink) {}

  part(part: LanguageModelV4StreamPart): void {
    if (part.type === 'text-delta') this.text(part.id, part.delta);
    else if (part.type === 'text-end') for (const citation of part.citations ?? []) this.cite(citation);
    else if (part.type === 'source') this.cite({ source: part });
    else if (isThought(part)) this.thought(part);
    else if (isCall(part)) this.callPart(part);
    else if (part.type === 'file') this.image(part);
  }

  /** Ends whatever is still under way. */
  close(status: ItemStatus): void {
    this.closeMessage(status);
    for (const thought of this.thoughts.values()) thought.close();
    for (const call of this.calls.values()) call.close(status);
    this.thoughts.clear();
    this.calls.clear();
  }

  private text(id: string, delta: string): void {
    if (delta === '') return;
    this.message ??= new MessageWriter(this.sink);
    this.message.write(id, delta);
    for (const source of this.sources) this.message.annotate(source);
    this.sources = [];
  }

  private cite(citation: LanguageModelV4Citation): void {
    if (this.message) this.message.annotate(citation);
    else this.sources.push(citation);
  }

  private thought(part: Thought): void {
    this.closeMessage('completed');
    const writer = this.thoughts.get(part.id) ?? new ReasoningWriter(this.sink);
    this.thoughts.set(part.id, writer);
    writer.learn(part.providerMetadata);
    if (part.type === 'reasoning-delta') writer.write(part.delta);
    if (part.type !== 'reasoning-end') return;
    writer.close();
    this.thoughts.delete(part.id);
  }

  private callPart(part: Call): void {
    if (part.type === 'tool-input-delta') this.calls.get(part.id)?.write(part.delta);
    else if (part.providerExecuted) return;
    else if (part.type === 'tool-call') this.wholeCall(part);
    else this.call(part.id, part.toolName);
  }

  private call(id: string, name: string): FunctionCallWriter {
    this.closeMessage('completed');
    const writer = new FunctionCallWriter(this.sink, id, name);
    this.calls.set(id, writer);
    return writer;
  }

  private wholeCall({ toolCallId, toolName, input, providerMetadata }: LanguageModelV4ToolCall): void {
    const writer = this.calls.get(toolCallId) ?? this.call(toolCallId, toolName);
    writer.close('completed', input);
    this.calls.delete(toolCallId);
    const options = responseMarks.marksOf(providerMetadata);
    if (options) this.marksOfCall(carry({ options, toolCallId }));
  }

  /** A function call has no room for marks of its provider; they travel in a thought of their own behind it. */
  private marksOfCall(encrypted: string): void {
    const id = this.sink.nextId('reasoning');
    this.sink.done(this.sink.add({ type: 'reasoning', id, summary: [], encrypted_content: encrypted }));
  }

  private image({ mediaType, data }: LanguageModelV4File): void {
    if (!mediaType.startsWith('image/') || data.type !== 'data') return;
    this.closeMessage('completed');
    const result = typeof data.data === 'string' ? data.data : Buffer.from(data.data).toString('base64');
    const id = this.sink.nextId('image_generation_call');
    this.sink.done(this.sink.add({ type: 'image_generation_call', id, status: 'completed', result }));
  }

  private closeMessage(status: ItemStatus): void {
    this.message?.close(status);
    this.message = undefined;
  }
}

function isThought(part: LanguageModelV4StreamPart): part is Thought {
  return part.type === 'reasoning-start' || part.type === 'reasoning-delta' || part.type === 'reasoning-end';
}

/** The end of the arguments says nothing; the whole call follows it. */
function isCall(part: LanguageModelV4StreamPart): part is Call {
  return part.type === 'tool-input-start' || part.type === 'tool-input-delta' || part.type === 'tool-call';
}
