import {
  eventsOf,
  PICTURE,
  SCHEMA,
  TOOL,
  type ContractCaller,
  type Question,
  type Understood,
} from './contract-caller.fixture.js';

interface WireCall {
  index?: number;
  function?: { name?: string; arguments?: string };
}
interface WireMessage {
  content?: string | null;
  reasoning_content?: string | null;
  tool_calls?: WireCall[];
}
interface WireChoice {
  message?: WireMessage;
  delta?: WireMessage;
  finish_reason?: string | null;
}

const END: Readonly<Record<string, Understood['end']>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tools',
  content_filter: 'filter',
};

const asked = { role: 'user', content: 'What is the weather in Paris?' };
const CALLED = [
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'call_1', type: 'function', function: { name: TOOL.name, arguments: '{"city":"Paris"}' } }],
  },
  { role: 'tool', tool_call_id: 'call_1', content: 'sunny in Paris' },
];

/** A caller of Chat Completions. */
export const chatCaller: ContractCaller = {
  dialect: 'openai-chat',
  ask(model, { stream, withTool, afterTool, withImage, withSchema }: Question) {
    return {
      model,
      messages: [
        withImage ? { role: 'user', content: [{ type: 'text', text: 'What is this?' }, picture] } : asked,
        ...(afterTool ? CALLED : []),
      ],
      max_tokens: 500,
      ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
      ...(withTool || afterTool ? { tools: [{ type: 'function', function: TOOL }] } : {}),
      ...(withSchema
        ? { response_format: { type: 'json_schema', json_schema: { name: 'weather', schema: SCHEMA, strict: true } } }
        : {}),
    };
  },
  understand(body) {
    const [choice] = (JSON.parse(body) as { choices: WireChoice[] }).choices;
    const message = choice?.message ?? {};
    return {
      text: message.content ?? '',
      reasoning: message.reasoning_content ?? '',
      calls: (message.tool_calls ?? []).map(callOf),
      end: END[choice?.finish_reason ?? ''],
    };
  },
  understandStream(events) {
    const choices = eventsOf(events).flatMap(({ choices: found }) => (found ?? []) as WireChoice[]);
    const calls: WireCall[] = [];
    for (const delta of choices.flatMap((choice) => choice.delta?.tool_calls ?? [])) add(calls, delta);
    return {
      text: choices.map(({ delta }) => delta?.content ?? '').join(''),
      reasoning: choices.map(({ delta }) => delta?.reasoning_content ?? '').join(''),
      calls: calls.map(callOf),
      end: END[choices.map((choice) => choice.finish_reason).find((reason) => typeof reason === 'string') ?? ''],
    };
  },
};

const picture = { type: 'image_url', image_url: { url: `data:image/png;base64,${PICTURE}` } };

function add(calls: WireCall[], { index = 0, function: piece }: WireCall): void {
  const call = (calls[index] ??= { function: { name: '', arguments: '' } });
  call.function = {
    name: (call.function?.name ?? '') + (piece?.name ?? ''),
    arguments: (call.function?.arguments ?? '') + (piece?.arguments ?? ''),
  };
}

function callOf({ function: called }: WireCall): Understood['calls'][number] {
  return { name: called?.name ?? '', input: JSON.parse(called?.arguments ?? '') };
}
