import { describe, expect, it } from '@jest/globals';
import { array, assert, option, property, string } from 'fast-check';
import type { RequestEnded } from './request-ended.event.js';
import {
  decodeRequestsEnded,
  decodeSentRequestsEnded,
  encodeRequestEnded,
  encodeRequestsEnded,
} from './request-ended.message.js';

const event: RequestEnded = {
  version: 1,
  outcome: 'completed',
  requestId: 'req_0123456789abcdef',
  organization: 'demo',
  project: 'default',
  key: 'ci',
  lane: 'durable',
  dialect: 'openai-chat',
  operation: 'chat',
  model: 'gpt\nsmall',
  stream: false,
  receivedAt: 1,
  endedAt: 2,
  attempts: [],
};
const sent = (value: RequestEnded): Uint8Array => new TextEncoder().encode(encodeRequestEnded(value));

describe('the message of a terminal event', () => {
  it('gives back event and answer, whatever the answer holds', () => {
    assert(
      property(string({ unit: 'grapheme' }), (body) => {
        const answered = { ...event, answer: { status: 200, body } };
        expect(decodeRequestsEnded(sent(answered))).toEqual([answered]);
      }),
    );
  });

  it.each([
    ['without an answer', event],
    ['with a claim', { ...event, answer: { status: 200, claim: 'answer-req_0123456789abcdef' } }],
  ])('is the JSON of an event %s', (_what, value) => {
    expect(encodeRequestEnded(value)).toBe(JSON.stringify(value));
    expect(decodeRequestsEnded(sent(value))).toEqual([value]);
  });

  it('shows those who need no answer none', () => {
    const [read] = decodeSentRequestsEnded(sent({ ...event, answer: { status: 200, body: 'a\nsecret' } }));
    expect(read?.event).toEqual({ ...event, answer: { status: 200 } });
    expect(read?.text).toBe(JSON.stringify({ ...event, answer: { status: 200 } }));
  });

  it('shows what a caller was told in a provider’s words to those alone who tell the caller', () => {
    const error = { class: 'invalid_request', message: 'Refused.', status: 400, code: 'invalid_request' } as const;
    const failed = { ...event, outcome: 'failed' as const, error: { ...error, told: 'Refused: you said\n"secret"' } };
    expect(decodeRequestsEnded(sent(failed))).toEqual([failed]);
    const together = new TextEncoder().encode(encodeRequestsEnded([event, failed].map(encodeRequestEnded)));
    expect(decodeRequestsEnded(together)).toEqual([event, failed]);
    for (const [index, message] of [sent(failed), together].entries()) {
      const read = decodeSentRequestsEnded(message)[index];
      expect(read?.text).toBe(JSON.stringify({ ...failed, error }));
      expect(read?.event).toEqual({ ...failed, error });
    }
  });

  it.each(['', 'rubbish', '{}', `\n${JSON.stringify(event)}`])('refuses %j', (text) => {
    expect(() => decodeRequestsEnded(new TextEncoder().encode(text))).toThrow();
  });

  it('of several events gives back each with its answer, and to those who need none the events alone', () => {
    assert(
      property(array(option(string({ unit: 'grapheme' })), { minLength: 1, maxLength: 8 }), (bodies) => {
        const events = bodies.map((body, index) => ({
          ...event,
          requestId: `req_0123456789_${index}`,
          ...(body === null ? {} : { answer: { status: 200, body } }),
        }));
        const message = new TextEncoder().encode(encodeRequestsEnded(events.map(encodeRequestEnded)));
        expect(decodeRequestsEnded(message)).toEqual(events);
        const alone = events.map(({ answer, ...rest }) => (answer ? { ...rest, answer: { status: 200 } } : rest));
        expect(decodeSentRequestsEnded(message).map((sentEvent) => sentEvent.event)).toEqual(alone);
        expect(decodeSentRequestsEnded(message).map(({ text }) => JSON.parse(text))).toEqual(alone);
      }),
    );
  });
});
