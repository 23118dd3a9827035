import { crc32 } from 'node:zlib';
import type { Reply } from '../../provider-contract/provider-server.fixture.js';
import type { WireAnswer } from '../../provider-contract/provider-subject.fixture.js';

const STRING = 7;
const usage = {
  inputTokens: 10,
  outputTokens: 9,
  totalTokens: 29,
  cacheReadInputTokens: 8,
  cacheWriteInputTokens: 2,
};

/** A block of a message's content, and the deltas by which it is streamed. */
interface Block {
  readonly whole: object;
  readonly start?: object;
  readonly deltas: readonly object[];
}

/**
 * A message of AWS's event stream encoding (`application/vnd.amazon.eventstream`): lengths and their checksum, headers, the
 * payload, and the checksum of it all.
 */
export function eventMessage(headers: Readonly<Record<string, string>>, payload: unknown): Buffer {
  const head = Buffer.concat(
    Object.entries({ ':content-type': 'application/json', ...headers }).map(([name, value]) => {
      const length = Buffer.alloc(3);
      length.writeUInt8(STRING);
      length.writeUInt16BE(Buffer.byteLength(value), 1);
      return Buffer.concat([Buffer.of(Buffer.byteLength(name)), Buffer.from(name), length, Buffer.from(value)]);
    }),
  );
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(head.length + body.length + 16);
  prelude.writeUInt32BE(head.length, 4);
  const begun = Buffer.concat([prelude, checksum(prelude), head, body]);
  return Buffer.concat([begun, checksum(begun)]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}

/** An event of ConverseStream; `p` is the padding that Bedrock adds against guesses by length. */
export function event(type: string, payload: object): Buffer {
  return eventMessage({ ':event-type': type, ':message-type': 'event' }, { ...payload, p: 'abcd' });
}

/** An exception within a stream. */
export function exception(type: string, message: string): Buffer {
  return eventMessage({ ':exception-type': type, ':message-type': 'exception' }, { message });
}

/** A stream of such messages. */
export function streamOf(events: readonly Buffer[]): WireAnswer['stream'] {
  return { headers: { 'content-type': 'application/vnd.amazon.eventstream' }, events };
}

/** An answer as Converse and ConverseStream write it. */
export function answer(blocks: readonly Block[], stopReason: string): WireAnswer {
  return {
    plain: {
      body: {
        output: { message: { role: 'assistant', content: blocks.map(({ whole }) => whole) } },
        stopReason,
        usage,
        metrics: { latencyMs: 12 },
      },
    },
    stream: streamOf([
      event('messageStart', { role: 'assistant' }),
      ...blocks.flatMap(({ start, deltas }, contentBlockIndex) => [
        ...(start ? [event('contentBlockStart', { contentBlockIndex, start })] : []),
        ...deltas.map((delta) => event('contentBlockDelta', { contentBlockIndex, delta })),
        event('contentBlockStop', { contentBlockIndex }),
      ]),
      event('messageStop', { stopReason }),
      event('metadata', { usage, metrics: { latencyMs: 12 } }),
    ]),
  };
}

export function textBlock(...pieces: readonly string[]): Block {
  return { whole: { text: pieces.join('') }, deltas: pieces.map((text) => ({ text })) };
}

/** The arguments come in two pieces. */
export function callBlock(city: string): Block {
  const toolUseId = `tooluse_${city}`;
  const input = JSON.stringify({ city });
  return {
    whole: { toolUse: { toolUseId, name: 'get_weather', input: { city } } },
    start: { toolUse: { toolUseId, name: 'get_weather' } },
    deltas: [input.slice(0, 8), input.slice(8)].map((piece) => ({ toolUse: { input: piece } })),
  };
}

export function reasoningBlock(text: string, signature: string): Block {
  return {
    whole: { reasoningContent: { reasoningText: { text, signature } } },
    deltas: [{ reasoningContent: { text } }, { reasoningContent: { signature } }],
  };
}

/** A refusal; the name of its exception stands in a header, with an address behind it. */
export function refusal(status: number, name: string, message: string, headers: Record<string, string> = {}): Reply {
  const named = { 'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/`, ...headers };
  return { status, body: { message }, headers: named };
}
