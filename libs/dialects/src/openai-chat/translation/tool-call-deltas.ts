import type { LanguageModelV4StreamPart, LanguageModelV4ToolCall } from '@ai-sdk/provider';
import { signedCall, type SignedCall } from './encode-tool-call.js';

type Part<Type extends LanguageModelV4StreamPart['type']> = Extract<LanguageModelV4StreamPart, { type: Type }>;

/** A piece of a call of a tool. */
export type CallDelta = {
  index: number;
  id?: string;
  type?: 'function';
  function?: { name?: string; arguments: string };
} & SignedCall;

interface OpenCall {
  readonly index: number;
  /** Whether pieces of the input are those of its JSON; otherwise it is told at the end, as a whole. */
  readonly streamsJson: boolean;
  hasInput: boolean;
  isSigned: boolean;
}

/** Turns the parts of a stream that belong to calls of tools into deltas: id and name once, the input as it comes. */
export class ToolCallDeltas {
  private readonly calls = new Map<string, OpenCall>();

  /** Whether the caller is to call a tool. */
  get any(): boolean {
    return this.calls.size > 0;
  }

  start({ id, toolName, providerExecuted, inputEncoding, providerMetadata }: Part<'tool-input-start'>): CallDelta[] {
    if (providerExecuted || this.calls.has(id)) return [];
    const seal = signedCall(providerMetadata);
    const isSigned = seal.extra_content !== undefined;
    const call: OpenCall = { index: this.calls.size, streamsJson: inputEncoding !== 'text', hasInput: false, isSigned };
    this.calls.set(id, call);
    return [{ index: call.index, id, type: 'function', function: { name: toolName, arguments: '' }, ...seal }];
  }

  input({ id, delta }: Part<'tool-input-delta'>): CallDelta[] {
    const call = this.calls.get(id);
    if (!call?.streamsJson || delta === '') return [];
    call.hasInput = true;
    return [{ index: call.index, function: { arguments: delta } }];
  }

  /** What a complete call adds to what came of it before. */
  complete({ toolCallId, toolName, input, providerExecuted, providerMetadata }: LanguageModelV4ToolCall): CallDelta[] {
    if (providerExecuted) return [];
    const whole = input === '' ? '{}' : input;
    const seal = signedCall(providerMetadata);
    const call = this.calls.get(toolCallId);
    if (!call) {
      const index = this.calls.size;
      this.calls.set(toolCallId, { index, streamsJson: true, hasInput: true, isSigned: true });
      return [{ index, id: toolCallId, type: 'function', function: { name: toolName, arguments: whole }, ...seal }];
    }
    const missing = {
      ...(call.hasInput ? {} : { function: { arguments: whole } }),
      ...(call.isSigned ? {} : seal),
    };
    call.hasInput = true;
    return Object.keys(missing).length === 0 ? [] : [{ index: call.index, ...missing }];
  }
}
