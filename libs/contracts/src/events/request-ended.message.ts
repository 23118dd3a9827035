import { requestEndedSchema, type RequestEnded } from './request-ended.event.js';

/** A terminal event as it was sent: what it says, and its JSON text, which holds no line end. */
export interface SentRequestEnded {
  readonly event: RequestEnded;
  readonly text: string;
}

const LINE_FEED = 0x0a;
const decoder = new TextDecoder();

/**
 * A terminal event as a message: its JSON text, and after a line feed the body of the answer as it is, where the event has
 * one. So those who only need the event read past no answer, and nobody escapes or unescapes one.
 */
export function encodeRequestEnded(event: RequestEnded): string {
  const { answer } = event;
  if (answer?.body === undefined) return JSON.stringify(event);
  return `${JSON.stringify({ ...event, answer: { ...answer, body: undefined } })}\n${answer.body}`;
}

/** Reads the event of such a message without the answer's body. Throws where it is no terminal event. */
export function decodeSentRequestEnded(message: Uint8Array): SentRequestEnded {
  const end = message.indexOf(LINE_FEED);
  const text = decoder.decode(end === -1 ? message : message.subarray(0, end));
  return { event: requestEndedSchema.parse(JSON.parse(text)), text };
}

/** Reads the event of such a message, with the answer's body where it has one. Throws where it is no terminal event. */
export function decodeRequestEnded(message: Uint8Array): RequestEnded {
  const { event } = decodeSentRequestEnded(message);
  const end = message.indexOf(LINE_FEED);
  if (end === -1 || !event.answer) return event;
  return { ...event, answer: { ...event.answer, body: decoder.decode(message.subarray(end + 1)) } };
}
