import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';
import { DialectError } from '../../dialect-error.js';
import type { RequestLosses } from '../../translation/request-losses.js';
import { cacheMark } from './cache-mark.js';
import { callIdOfFunction, readAssistantContent } from './read-assistant.js';
import { readContent } from './read-content.js';
import type { ChatMessage, UserContent } from './request-shape.js';

type MessageOf<Role extends ChatMessage['role']> = Extract<ChatMessage, { role: Role }>;

/** Reads the messages of a request, in their order. @throws DialectError 400 that names the message at fault. */
export function readMessages(messages: readonly ChatMessage[], losses: RequestLosses): LanguageModelV4Prompt {
  const reader = new MessagesReader(losses);
  for (const [index, message] of messages.entries()) reader.read(message, `messages[${index}]`);
  return reader.prompt;
}

class MessagesReader {
  readonly prompt: LanguageModelV4Prompt = [];
  /** The tool of each call so far, which an answer names by the call's id only. */
  private readonly toolByCall = new Map<string, string>();

  constructor(private readonly losses: RequestLosses) {}

  read(message: ChatMessage, path: string): void {
    switch (message.role) {
      case 'system':
      case 'developer':
        return this.readSystem(message);
      case 'user':
        return this.readUser(message, path);
      case 'assistant':
        return this.readAssistant(message, path);
      case 'tool':
        return this.readAnswer(message.tool_call_id, message, path);
      case 'function':
        return this.readAnswer(callIdOfFunction(message.name), { ...message, content: message.content ?? '' }, path);
    }
  }

  /** Each part becomes a message of its own, so that a cache mark stays where it was put. */
  private readSystem({ content, cache_control: mark, name }: MessageOf<'system' | 'developer'>): void {
    this.warnOfName(name);
    const parts = typeof content === 'string' ? [{ text: content, cache_control: undefined }] : content;
    for (const [index, part] of parts.entries()) {
      const own = part.cache_control ?? (index === parts.length - 1 ? mark : undefined);
      this.push({ role: 'system', content: part.text, providerOptions: cacheMark(own, this.losses) });
    }
  }

  private readUser({ content, cache_control: mark, name }: MessageOf<'user'>, path: string): void {
    this.warnOfName(name);
    const parts = readContent(content, `${path}.content`, this.losses);
    this.losses.refuseEmpty(path, parts);
    if (parts.length === 0) return;
    this.push({ role: 'user', content: parts, providerOptions: cacheMark(mark, this.losses) });
  }

  private readAssistant(message: MessageOf<'assistant'>, path: string): void {
    this.warnOfName(message.name);
    const content = readAssistantContent(message, path, this.losses);
    this.losses.refuseEmpty(path, content);
    for (const part of content) if (part.type === 'tool-call') this.toolByCall.set(part.toolCallId, part.toolName);
    if (content.length === 0) return;
    this.push({ role: 'assistant', content, providerOptions: cacheMark(message.cache_control, this.losses) });
  }

  /** Answers to calls made in parallel belong into one message. */
  private readAnswer(
    toolCallId: string,
    { content, cache_control: mark }: { content: UserContent; cache_control?: MessageOf<'tool'>['cache_control'] },
    path: string,
  ): void {
    const toolName = this.toolByCall.get(toolCallId);
    if (toolName === undefined) {
      const message = `'${path}' answers the call '${toolCallId}', which no message of the assistant before it made.`;
      throw new DialectError(400, 'invalid_tool_call_id', message, `${path}.tool_call_id`);
    }
    const part: LanguageModelV4ToolResultPart = {
      type: 'tool-result',
      toolCallId,
      toolName,
      output: this.outputOf(content, path),
      providerOptions: cacheMark(mark, this.losses),
    };
    const last = this.prompt.at(-1);
    if (last?.role === 'tool') last.content.push(part);
    else this.push({ role: 'tool', content: [part] });
  }

  private outputOf(content: UserContent, path: string): LanguageModelV4ToolResultPart['output'] {
    if (typeof content === 'string') return { type: 'text', value: content };
    const parts = readContent(content, `${path}.content`, this.losses);
    this.losses.refuseEmpty(path, parts);
    const isPlain = parts.every((part): part is LanguageModelV4TextPart => part.type === 'text' && !isMarked(part));
    if (isPlain && parts.length === 1) return { type: 'text', value: (parts[0] as LanguageModelV4TextPart).text };
    return { type: 'content', value: parts };
  }

  private push(message: LanguageModelV4Message): void {
    const { providerOptions, ...rest } = message;
    this.prompt.push(providerOptions ? message : rest);
  }

  private warnOfName(name: string | null | undefined): void {
    if (name) this.losses.add(`'messages[].name' cannot be told to this provider.`);
  }
}

function isMarked({ providerOptions = {} }: LanguageModelV4TextPart): boolean {
  return Object.keys(providerOptions).length > 0;
}
