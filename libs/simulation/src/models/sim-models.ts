import { unreadableUsage, zeroUsage } from './false-usage.js';
import {
  filterContent,
  firstContentEvents,
  firstHalf,
  insertMalformedEvent,
  malformedBody,
  truncateStream,
  withoutEndMark,
  withSecondEndMark,
} from './answer-faults.js';
import type { Behaviour, Distortion } from './behaviour.js';
import {
  contextTooLong,
  garbage,
  gzipBomb,
  invalidKey,
  rateLimited,
  redirect,
  serverError,
  unavailable,
} from './replies.js';

/** A number that may follow the model's name after a hyphen, e.g. the 3 of `sim-cut-3`. */
export interface SimModelParameter {
  readonly name: string;
  readonly fallback: number;
  readonly maximum: number;
}

/** A model of the sim provider: its name says what it does. */
export interface SimModel {
  readonly name: string;
  readonly parameter?: SimModelParameter;
  /** One line for the table of the documentation. */
  readonly summary: string;
  readonly behaviour: Behaviour;
}

const STALL_AFTER_CHUNKS = 3;

const answer = (distortion: Distortion): Behaviour => ({ does: 'answer', distortion: () => distortion });

const PROPER: readonly SimModel[] = [
  { name: 'sim-small', summary: 'Answers properly.', behaviour: answer({}) },
  { name: 'sim-large', summary: 'Answers properly, in other words than `sim-small`.', behaviour: answer({}) },
];

const REFUSING: readonly SimModel[] = [
  { name: 'sim-error-500', summary: 'Status 500.', behaviour: { does: 'reply', reply: serverError } },
  { name: 'sim-error-503', summary: 'Status 503.', behaviour: { does: 'reply', reply: unavailable } },
  { name: 'sim-error-401', summary: 'Status 401, `invalid_api_key`.', behaviour: { does: 'reply', reply: invalidKey } },
  {
    name: 'sim-rate-limited',
    summary: 'Status 429, `rate_limit_exceeded`, with `Retry-After: 2`.',
    behaviour: { does: 'reply', reply: rateLimited },
  },
  {
    name: 'sim-context-too-long',
    summary: 'Status 400, `context_length_exceeded`.',
    behaviour: { does: 'reply', reply: contextTooLong },
  },
  {
    name: 'sim-flaky',
    parameter: { name: 'percent', fallback: 50, maximum: 100 },
    summary: 'Status 503 for that percentage of prompts, the same ones every time; answers the others.',
    behaviour: { does: 'reply-sometimes', reply: unavailable },
  },
  {
    name: 'sim-redirect',
    summary: 'Status 307 to a host that does not exist; a redirect must not be followed with a key in hand.',
    behaviour: { does: 'reply', reply: redirect },
  },
];

const UNTIMELY: readonly SimModel[] = [
  {
    name: 'sim-slow-first-token',
    parameter: { name: 'milliseconds', fallback: 5_000, maximum: 600_000 },
    summary: 'The first token comes late: a stream sends its head at once, a plain answer nothing until then.',
    behaviour: { does: 'answer', distortion: (milliseconds) => ({ firstTokenDelayMilliseconds: milliseconds }) },
  },
  {
    name: 'sim-hang',
    summary: 'Accepts the call and never sends a byte.',
    behaviour: { does: 'keep-silent' },
  },
  {
    name: 'sim-stall',
    summary: 'Falls silent after three content chunks (or half of a plain body) and keeps the connection open.',
    behaviour: answer({ events: (events) => firstContentEvents(events, STALL_AFTER_CHUNKS), ending: 'hang' }),
  },
  {
    name: 'sim-cut',
    parameter: { name: 'chunks', fallback: 3, maximum: 100_000 },
    summary: 'Cuts the connection after that many content chunks (or half of a plain body), before the finish reason.',
    behaviour: {
      does: 'answer',
      distortion: (count) => ({ events: (events) => firstContentEvents(events, count), ending: 'cut' }),
    },
  },
];

const BROKEN: readonly SimModel[] = [
  {
    name: 'sim-content-filter',
    summary: 'Half of the answer, with the finish reason `content_filter`.',
    behaviour: answer({ answer: filterContent }),
  },
  { name: 'sim-garbage', summary: 'Status 200 with a page of HTML.', behaviour: { does: 'reply', reply: garbage } },
  {
    name: 'sim-truncated',
    summary:
      'Status 200 with JSON that stops half-way (a stream: within an event), then a proper end of the connection.',
    behaviour: answer({ body: firstHalf, events: truncateStream }),
  },
  {
    name: 'sim-malformed-chunk',
    summary: 'One event in the middle of the stream is not JSON (a plain body: none of it is).',
    behaviour: answer({ body: malformedBody, events: insertMalformedEvent }),
  },
  { name: 'sim-no-done', summary: 'The stream ends without `[DONE]`.', behaviour: answer({ events: withoutEndMark }) },
  {
    name: 'sim-double-done',
    summary: 'The stream sends `[DONE]` twice.',
    behaviour: answer({ events: withSecondEndMark }),
  },
  {
    name: 'sim-no-usage',
    summary: 'Never reports usage, asked or not.',
    behaviour: answer({ usage: () => undefined }),
  },
  { name: 'sim-zero-usage', summary: 'Reports usage of zero.', behaviour: answer({ usage: zeroUsage }) },
  {
    name: 'sim-bad-usage',
    summary: 'Reports a negative number of prompt tokens, a string of completion tokens and a total of null.',
    behaviour: answer({ usage: unreadableUsage }),
  },
  {
    name: 'sim-wrong-content-type',
    summary: 'A proper answer labelled `text/plain`.',
    behaviour: answer({ contentType: 'text/plain' }),
  },
  {
    name: 'sim-gzip-bomb',
    summary: 'Status 200 with about 260 KB of gzip that inflate to 256 MiB.',
    behaviour: { does: 'reply', reply: gzipBomb },
  },
];

/** Every model of the sim provider; `docs/sim-provider.md` shows the same table. */
export const SIM_MODELS: readonly SimModel[] = [...PROPER, ...REFUSING, ...UNTIMELY, ...BROKEN];
