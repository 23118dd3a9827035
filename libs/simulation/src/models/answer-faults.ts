import { countCompletionTokens, type SimulatedAnswer } from '../chat/simulated-answer.js';
import { DONE_EVENT, type StreamEvent } from '../wire/completion-events.js';

const MALFORMED_JSON = '{"id":"chatcmpl-sim","object":"chat.completion.chunk","choices":[{"delta":{"content":,,}]';

/** Half of a text, rounded down: where plain bodies are cut. */
export const firstHalf = (body: string): string => body.slice(0, Math.floor(body.length / 2));

/** Keeps the first half of every choice's tokens and says that a content filter ended them. */
export function filterContent(answer: SimulatedAnswer): SimulatedAnswer {
  const choices = answer.choices.map(({ tokens }) => ({
    tokens: tokens.slice(0, Math.floor(tokens.length / 2)),
    finishReason: 'content_filter' as const,
  }));
  return { ...answer, choices, usage: { ...answer.usage, completionTokens: countCompletionTokens(choices) } };
}

/** Everything before content event number `count` (from 0), and never the finish: what a broken stream got to send. */
export function firstContentEvents(events: StreamEvent[], count: number): StreamEvent[] {
  const contentStart = events.findIndex((event) => event.kind === 'content' || event.kind === 'finish');
  const finish = events.findIndex((event) => event.kind === 'finish');
  return events.slice(0, Math.min(contentStart + count, finish));
}

/** Stops within the JSON of an event in the middle and ends the stream as if that were all. */
export function truncateStream(events: StreamEvent[]): StreamEvent[] {
  const middle = Math.floor(events.length / 2);
  const last = events[middle]!;
  return [...events.slice(0, middle), { ...last, text: firstHalf(last.text), completionTokens: 0 }];
}

/** Puts one event whose data is not JSON in the middle of a stream that is otherwise complete. */
export function insertMalformedEvent(events: StreamEvent[]): StreamEvent[] {
  const malformed: StreamEvent = { kind: 'content', text: `data: ${MALFORMED_JSON}\n\n`, completionTokens: 0 };
  return events.toSpliced(Math.floor(events.length / 2), 0, malformed);
}

/** The body of a plain answer that is not JSON although it is all there. */
export const malformedBody = (): string => MALFORMED_JSON;

export const withoutEndMark = (events: StreamEvent[]): StreamEvent[] => events.filter((event) => event.kind !== 'done');

export const withSecondEndMark = (events: StreamEvent[]): StreamEvent[] => [...events, DONE_EVENT];
