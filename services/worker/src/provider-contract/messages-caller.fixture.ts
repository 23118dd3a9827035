import {
  eventsOf,
  PICTURE,
  SCHEMA,
  TOOL,
  type ContractCaller,
  type Question,
  type Understood,
} from './contract-caller.fixture.js';

interface WireBlock {
  type: string;
  text?: string;
  thinking?: string;
  name?: string;
  input?: unknown;
}
interface WireEvent {
  type: string;
  index?: number;
  content_block?: WireBlock;
  delta?: { type?: string; text?: string; thinking?: string; partial_json?: string; stop_reason?: string | null };
}

const END: Readonly<Record<string, Understood['end']>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tools',
  refusal: 'filter',
};

const asked = { role: 'user', content: 'What is the weather in Paris?' };
const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PICTURE } };
const CALLED = [
  { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: TOOL.name, input: { city: 'Paris' } }] },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'sunny in Paris' }] },
];

/** A caller of Anthropic's Messages. */
export const messagesCaller: ContractCaller = {
  dialect: 'anthropic-messages',
  ask(model, { stream, withTool, afterTool, withImage, withSchema }: Question) {
    return {
      model,
      max_tokens: 500,
      messages: [
        withImage ? { role: 'user', content: [picture, { type: 'text', text: 'What is this?' }] } : asked,
        ...(afterTool ? CALLED : []),
      ],
      ...(stream ? { stream: true } : {}),
      ...(withTool || afterTool
        ? { tools: [{ name: TOOL.name, description: TOOL.description, input_schema: TOOL.parameters }] }
        : {}),
      ...(withSchema ? { output_config: { format: { type: 'json_schema', schema: SCHEMA } } } : {}),
    };
  },
  understand(body) {
    const message = JSON.parse(body) as { content: WireBlock[]; stop_reason: string };
    return understood(message.content, message.stop_reason);
  },
  understandStream(events) {
    const blocks: WireBlock[] = [];
    let reason = '';
    for (const event of eventsOf(events) as unknown as WireEvent[]) {
      if (event.type === 'content_block_start' && event.content_block)
        blocks.push({ ...event.content_block, input: '' });
      const block = blocks[event.index ?? -1];
      if (event.type === 'content_block_delta' && block) grow(block, event.delta);
      if (event.type === 'message_delta') reason = event.delta?.stop_reason ?? '';
    }
    return understood(
      blocks.map((block) => (block.type === 'tool_use' ? { ...block, input: inputOf(block.input) } : block)),
      reason,
    );
  },
};

function grow(block: WireBlock, delta: WireEvent['delta']): void {
  block.text = (block.text ?? '') + (delta?.text ?? '');
  block.thinking = (block.thinking ?? '') + (delta?.thinking ?? '');
  block.input = String(block.input) + (delta?.partial_json ?? '');
}

function inputOf(text: unknown): unknown {
  return JSON.parse(String(text) || '{}');
}

function understood(blocks: readonly WireBlock[], reason: string): Understood {
  const joined = (type: string, field: 'text' | 'thinking') =>
    blocks
      .filter((block) => block.type === type)
      .map((block) => block[field] ?? '')
      .join('');
  return {
    text: joined('text', 'text'),
    reasoning: joined('thinking', 'thinking'),
    calls: blocks.filter((block) => block.type === 'tool_use').map(({ name = '', input }) => ({ name, input })),
    end: END[reason],
  };
}
