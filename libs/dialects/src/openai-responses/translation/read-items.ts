import type { LanguageModelV4Message, LanguageModelV4Prompt, LanguageModelV4ToolResultOutput } from '@ai-sdk/provider';
import { DialectError } from '../../dialect-error.js';
import type { RequestLosses } from '../../translation/request-losses.js';
import { isCarried } from '../../translation/carried-marks.js';
import { responseMarks } from './response-marks.js';
import { readContent, readText } from './read-content.js';
import type { InputItem } from './request-shape.js';

type Assistant = Extract<LanguageModelV4Message, { role: 'assistant' }>;
type AssistantPart = Assistant['content'][number];
type ToolMessage = Extract<LanguageModelV4Message, { role: 'tool' }>;

/** Reads the items of `input` as messages; items of one side that follow each other become one message. */
export class ItemReader {
  readonly prompt: LanguageModelV4Prompt = [];
  private readonly toolNames = new Map<string, string>();

  constructor(private readonly losses: RequestLosses) {}

  /** @throws DialectError 400 for an item that makes no sense where it stands. */
  read(item: InputItem, path: string): void {
    switch (item.type ?? 'message') {
      case 'message':
        this.message(item, path);
        return;
      case 'reasoning':
        this.reasoning(item, path);
        return;
      case 'function_call':
        this.call(item, path);
        return;
      case 'function_call_output':
        this.callOutput(item, path);
        return;
      default:
        this.losses.leaveOut(
          { path, remedy: 'send a message with it' },
          `'${path}' is of the type '${item.type}', which this provider does not know; it was left out.`,
        );
    }
  }

  private message({ role, content }: InputItem, path: string): void {
    const where = `${path}.content`;
    if (role === 'user') {
      const parts = readContent(content, where, this.losses);
      this.losses.refuseEmpty(path, parts);
      this.prompt.push({ role, content: parts });
    } else if (role === 'assistant') {
      const parts = readContent(content, where, this.losses);
      this.losses.refuseEmpty(path, parts);
      for (const part of parts) this.say(part);
    } else if (role === undefined) {
      throw new DialectError(400, 'missing_required_parameter', `Missing required parameter: '${path}.role'.`, path);
    } else {
      const text = readText(content, where, this.losses);
      this.losses.refuseEmpty(path, [{ type: 'text', text }]);
      this.prompt.push({ role: 'system', content: text });
    }
  }

  private reasoning({ summary, encrypted_content: encrypted }: InputItem, path: string): void {
    const text = (summary ?? []).map((part) => part.text).join('\n');
    if (isCarried(encrypted)) {
      const { options, toolCallId: callId } = responseMarks.read(encrypted);
      if (callId === undefined) this.say({ type: 'reasoning', text, providerOptions: options });
      else this.markCall(callId, options);
    } else if (text !== '' && !encrypted) {
      this.say({ type: 'reasoning', text });
    } else if (encrypted) {
      this.losses.add(`'${path}' holds reasoning that only OpenAI can read; it was left out.`);
    }
  }

  private call({ call_id: id, name, arguments: input = '' }: InputItem, path: string): void {
    if (!id || !name) {
      const param = `${path}.${id ? 'name' : 'call_id'}`;
      throw new DialectError(400, 'missing_required_parameter', `Missing required parameter: '${param}'.`, param);
    }
    this.toolNames.set(id, name);
    this.say({ type: 'tool-call', toolCallId: id, toolName: name, input: readArguments(input, `${path}.arguments`) });
  }

  private callOutput({ call_id: id, output }: InputItem, path: string): void {
    const toolName = this.toolNames.get(id ?? '');
    if (!id || toolName === undefined) {
      const message = `No tool call found for the function call output with call_id '${id?.slice(0, 100) ?? ''}'.`;
      throw new DialectError(400, 'invalid_value', message, `${path}.call_id`);
    }
    const last = this.prompt.at(-1);
    const message: ToolMessage = last?.role === 'tool' ? last : { role: 'tool', content: [] };
    if (message !== last) this.prompt.push(message);
    message.content.push({ type: 'tool-result', toolCallId: id, toolName, output: this.outputOf(output, path) });
  }

  private outputOf(output: InputItem['output'], path: string): LanguageModelV4ToolResultOutput {
    if (typeof output === 'string' || !output) return { type: 'text', value: output ?? '' };
    const value = readContent(output, `${path}.output`, this.losses);
    this.losses.refuseEmpty(path, value);
    return { type: 'content', value };
  }

  private say(part: AssistantPart): void {
    const last = this.prompt.at(-1);
    if (last?.role === 'assistant') last.content.push(part);
    else this.prompt.push({ role: 'assistant', content: [part] });
  }

  /** Gives a call the marks that followed it in an item of their own. */
  private markCall(callId: string, providerOptions: NonNullable<AssistantPart['providerOptions']>): void {
    for (const message of this.prompt) {
      if (message.role !== 'assistant') continue;
      const call = message.content.find((part) => part.type === 'tool-call' && part.toolCallId === callId);
      if (call) call.providerOptions = providerOptions;
    }
  }
}

/** @throws DialectError 400 for arguments that are no JSON, which no other provider could take. */
function readArguments(input: string, param: string): unknown {
  if (input.trim() === '') return {};
  try {
    return JSON.parse(input) as unknown;
  } catch {
    throw new DialectError(400, 'invalid_value', `'${param}' must be JSON.`, param);
  }
}
