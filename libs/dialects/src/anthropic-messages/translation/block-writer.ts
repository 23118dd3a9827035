import type { JSONValue, SharedV4ProviderMetadata } from '@ai-sdk/provider';
import { citationsOf, hiddenThought, signatureOf } from './encode-blocks.js';
import type { AnswerBlock } from './wire-answer.js';

/** The block that is being written. */
type OpenBlock =
  | { readonly type: 'text'; readonly id: string; metadata?: SharedV4ProviderMetadata }
  | { readonly type: 'thinking'; readonly id: string; hasBegun: boolean; metadata?: SharedV4ProviderMetadata }
  | { readonly type: 'tool_use'; readonly id: string; input: string };

/** A server-sent event of the name that its data have as type. */
export function eventOf(data: { readonly type: string } & Record<string, unknown>): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Writes blocks one after the other, as Anthropic's format has them: one is open at a time, and begins with its first words. */
export class BlockWriter {
  open: OpenBlock | undefined;
  characters = 0;
  private index = 0;

  text(id: string, delta: string): string {
    if (delta === '') return '';
    const begin = this.open?.type === 'text' && this.open.id === id ? '' : this.beginText(id);
    return begin + this.delta({ type: 'text_delta', text: delta });
  }

  /** Thoughts may turn out to have no words: the block begins with the first, or at the end if it must. */
  thought(id: string, delta: string, metadata: SharedV4ProviderMetadata | undefined): string {
    const isOpen = this.open?.type === 'thinking' && this.open.id === id;
    const closed = isOpen ? '' : this.close();
    if (!isOpen) this.open = { type: 'thinking', id, hasBegun: false };
    this.addMetadata(metadata);
    return delta === ''
      ? closed
      : closed + this.beginThought() + this.delta({ type: 'thinking_delta', thinking: delta });
  }

  toolUse(id: string, name: string): string {
    const closed = this.close();
    this.open = { type: 'tool_use', id, input: '' };
    return closed + this.begin({ type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } });
  }

  input(delta: string): string {
    if (this.open?.type !== 'tool_use' || delta === '') return '';
    this.open.input += delta;
    return this.delta({ type: 'input_json_delta', partial_json: delta });
  }

  /** A block that comes as a whole. */
  hidden(block: Extract<AnswerBlock, { type: 'redacted_thinking' }>): string {
    return this.close() + this.begin(block) + this.stop();
  }

  /** What the provider says of a part that is open, for its end. */
  addMetadata(metadata: SharedV4ProviderMetadata | undefined): void {
    if (!metadata || !this.open || this.open.type === 'tool_use') return;
    const merged: SharedV4ProviderMetadata = { ...this.open.metadata };
    for (const [provider, members] of Object.entries(metadata)) merged[provider] = { ...merged[provider], ...members };
    this.open.metadata = merged;
  }

  close(): string {
    const block = this.open;
    this.open = undefined;
    if (block === undefined) return '';
    if (block.type === 'thinking') return this.closeThought(block);
    const citations = block.type === 'text' ? (citationsOf(block.metadata) ?? []) : [];
    return this.citations(citations) + this.stop();
  }

  private closeThought({ hasBegun, metadata }: Extract<OpenBlock, { type: 'thinking' }>): string {
    const hidden = hasBegun ? undefined : hiddenThought('', metadata);
    if (hidden) return this.begin(hidden) + this.stop();
    const signature = signatureOf(metadata);
    const isSignedByClaude = signature !== signatureOf(undefined);
    if (!hasBegun && !isSignedByClaude) return '';
    const begin = hasBegun ? '' : this.begin({ type: 'thinking', thinking: '', signature: '' });
    return begin + this.delta({ type: 'signature_delta', signature }) + this.stop();
  }

  private beginText(id: string): string {
    const closed = this.close();
    this.open = { type: 'text', id };
    return closed + this.begin({ type: 'text', text: '', citations: null });
  }

  private beginThought(): string {
    if (this.open?.type !== 'thinking' || this.open.hasBegun) return '';
    this.open.hasBegun = true;
    return this.begin({ type: 'thinking', thinking: '', signature: '' });
  }

  private citations(citations: readonly JSONValue[]): string {
    return citations.map((citation) => this.delta({ type: 'citations_delta', citation })).join('');
  }

  private begin(block: AnswerBlock): string {
    return eventOf({ type: 'content_block_start', index: this.index, content_block: block });
  }

  private delta(delta: Record<string, JSONValue>): string {
    this.characters += JSON.stringify(delta).length;
    return eventOf({ type: 'content_block_delta', index: this.index, delta });
  }

  private stop(): string {
    return eventOf({ type: 'content_block_stop', index: this.index++ });
  }
}
