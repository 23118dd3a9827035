import { plainCheck } from '../plain-check.js';
import { requestEndedSchema, type RequestEnded } from './request-ended.event.js';

/** A terminal event as it was sent: what it says, and its JSON text, which holds no line end. */
export interface SentRequestEnded {
  readonly event: RequestEnded;
  readonly text: string;
}

const LINE_FEED = 0x0a;
const decoder = new TextDecoder();
const isPlain = plainCheck(requestEndedSchema);

/**
 * A terminal event as a message: its JSON text, and after a line feed the body of the answer as it is, or what the caller was told instead of
 * one, where the event has it. So those who only need the event read past no answer, and nobody escapes or unescapes one.
 */
export function encodeRequestEnded(event: RequestEnded): string {
  const { answer, error } = event;
  if (answer?.body !== undefined)
    return `${JSON.stringify({ ...event, answer: { ...answer, body: undefined } })}\n${answer.body}`;
  if (error?.told !== undefined)
    return `${JSON.stringify({ ...event, error: { ...error, told: undefined } })}\n${error.told}`;
  return JSON.stringify(event);
}

/**
 * Several terminal events of one organisation's durable lane as one message: a line with the lengths of their answers (-1 for
 * none), each event on a line of its own, and behind them the answers as they are. What `texts` holds are events as
 * `encodeRequestEnded` made them.
 */
export function encodeRequestsEnded(texts: readonly string[]): string {
  const lengths: number[] = [];
  const events: string[] = [];
  const answers: string[] = [];
  for (const text of texts) {
    const end = text.indexOf('\n');
    events.push(end === -1 ? text : text.slice(0, end));
    const answer = end === -1 ? undefined : text.slice(end + 1);
    lengths.push(answer === undefined ? -1 : Buffer.byteLength(answer));
    if (answer !== undefined) answers.push(answer);
  }
  return `[${lengths.join(',')}]\n${events.join('\n')}\n${answers.join('')}`;
}

/** Reads the events of a message, of one or of several, without the bodies of answers. Throws where it holds none. */
export function decodeSentRequestsEnded(message: Uint8Array): SentRequestEnded[] {
  return readTexts(message).texts.map((text) => ({ event: eventOf(text), text }));
}

/** Reads the events of a message, of one or of several, with the bodies of their answers. Throws where it holds none. */
export function decodeRequestsEnded(message: Uint8Array): RequestEnded[] {
  const { texts, lengths, answersAt } = readTexts(message);
  let offset = answersAt;
  return texts.map((text, index) => {
    const event = eventOf(text);
    const length = lengths[index] ?? -1;
    if (length === -1) return event;
    const body = decoder.decode(message.subarray(offset, offset + length));
    offset += length;
    if (event.answer) return { ...event, answer: { ...event.answer, body } };
    return event.error ? { ...event, error: { ...event.error, told: body } } : event;
  });
}

/** Each event is read in three services, nearly all as they were written: these need not be copied member by member. */
function eventOf(text: string): RequestEnded {
  const value: unknown = JSON.parse(text);
  return isPlain(value) ? value : requestEndedSchema.parse(value);
}

const SEVERAL = '['.charCodeAt(0);

interface Texts {
  readonly texts: readonly string[];
  readonly lengths: readonly number[];
  readonly answersAt: number;
}

function readTexts(message: Uint8Array): Texts {
  const end = message.indexOf(LINE_FEED);
  if (message[0] !== SEVERAL) {
    const text = decoder.decode(end === -1 ? message : message.subarray(0, end));
    return { texts: [text], lengths: [end === -1 ? -1 : message.length - end - 1], answersAt: end + 1 };
  }
  const lengths: readonly number[] = JSON.parse(decoder.decode(message.subarray(0, end)));
  const answersAt = message.length - lengths.reduce((sum, length) => sum + Math.max(0, length), 0);
  const texts = decoder.decode(message.subarray(end + 1, answersAt - 1)).split('\n');
  if (texts.length !== lengths.length)
    throw new RangeError('a message of several events does not hold as many as it says');
  return { texts, lengths, answersAt };
}
