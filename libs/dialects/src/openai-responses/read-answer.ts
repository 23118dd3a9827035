import type { AnswerFacts } from '../caller-dialect.js';
import { readResponsesUsage } from './read-usage.js';

/** The members of a response that facts are read from. */
export interface WireResponse {
  id?: unknown;
  object?: unknown;
  status?: unknown;
  error?: unknown;
  incomplete_details?: { reason?: unknown } | null;
  output?: unknown;
  usage?: unknown;
}
interface WireItem {
  type?: unknown;
  status?: unknown;
  action?: { type?: unknown } | null;
  content?: { text?: unknown; refusal?: unknown }[] | null;
  summary?: { text?: unknown }[] | null;
  arguments?: unknown;
}

/** Reads a plain response. Returns undefined for bytes that are no response, or a failed one, whatever the status said. */
export function readResponsesAnswer(body: Uint8Array): AnswerFacts | undefined {
  const wire = parse(body);
  if (!wire || !Array.isArray(wire.output) || wire.status === 'failed') return undefined;
  if (wire.error !== undefined && wire.error !== null) return undefined;
  const items = wire.output as (WireItem | null)[];
  if (items.some((item) => typeof item !== 'object' || item === null)) return undefined;
  return {
    ...responseFacts(wire),
    characters: (items as WireItem[]).reduce((sum, item) => sum + charactersOf(item), 0),
  };
}

/** What a response says of itself beside its text. The finish reason is the reason of incompleteness, or the status. */
export function responseFacts(wire: WireResponse): Pick<AnswerFacts, 'upstreamId' | 'finishReason' | 'usage'> {
  const told = readResponsesUsage(wire.usage);
  const webSearches = webSearchesIn(wire.output);
  const usage = told && webSearches > 0 ? { ...told, webSearches } : told;
  const finishReason = wire.incomplete_details?.reason ?? wire.status;
  return {
    ...(typeof wire.id === 'string' ? { upstreamId: wire.id.slice(0, 200) } : {}),
    ...(typeof finishReason === 'string' ? { finishReason: finishReason.slice(0, 100) } : {}),
    ...(usage ? { usage } : {}),
  };
}

/** Searches are charged one by one; the opening of a page and the search within it, which are items of the same type, are not. */
function webSearchesIn(output: unknown): number {
  const items = (Array.isArray(output) ? output : []) as (WireItem | null)[];
  return items.filter(
    (item) =>
      item?.type === 'web_search_call' && item.status !== 'failed' && (item.action?.type ?? 'search') === 'search',
  ).length;
}

function parse(body: Uint8Array): WireResponse | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function charactersOf({ content, summary, arguments: input }: WireItem): number {
  const texts = [
    ...(Array.isArray(content) ? content.flatMap((part) => [part?.text, part?.refusal]) : []),
    ...(Array.isArray(summary) ? summary.map((part) => part?.text) : []),
    input,
  ];
  return texts.reduce<number>((sum, text) => sum + (typeof text === 'string' ? text.length : 0), 0);
}
