import type { ServerResponse } from 'node:http';

import type { Behaviour, ScriptedCall } from './scripted-provider.js';

/** Words of a whole answer; each is a chunk of a stream and a token. */
export const WHOLE_ANSWER_WORDS = 80;
/** By the provider's own count, of every prompt. */
export const PROMPT_TOKENS = 11;
/** How long a slow provider takes, and how long a stalled one is silent: far beyond the limits of the tests. */
const SLOW_MILLISECONDS = 20_000;
const SILENT_MILLISECONDS = 30_000;
/** Between the last good chunk and what goes wrong: what comes in one piece with it would not have been seen by anybody. */
const BREATH_MILLISECONDS = 250;

/** The words of an answer from one number to another, both included. */
export function wordsBetween(first: number, last: number): string {
  return Array.from({ length: last - first + 1 }, (_, index) => `w${first + index} `).join('');
}

/** Answers as it should. Goes on behind the last word that stands in the prompt. */
export const answers: Behaviour = (call, response) => answerFrom(lastWordIn(call) + 1, call, response);

/** As `answers`, but repeats the last words of the text so far when it goes on. */
export const answersWithOverlap: Behaviour = (call, response) =>
  answerFrom(Math.max(1, lastWordIn(call) - 2), call, response);

/** Refuses with a status and the error of OpenAI's wire format. */
export const refuses =
  (status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (_call, response) => {
    const body = JSON.stringify({ error: { message, type: 'error', param: null, code } });
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };

/** A behaviour for each of the first calls, then the last one for all others. */
export const inTurn =
  (...behaviours: readonly Behaviour[]): Behaviour =>
  (call, response) =>
    behaviours[Math.min(call.turn, behaviours.length) - 1]?.(call, response);

/** Goes over from one behaviour to another while it says so. */
export const either =
  (isFirst: () => boolean, first: Behaviour, second: Behaviour): Behaviour =>
  (call, response) =>
    (isFirst() ? first : second)(call, response);

/** Answers as it should, after a while. */
export const answersAfter =
  (milliseconds: number): Behaviour =>
  (call, response) =>
    later(milliseconds, response, () => answers(call, response));

/** Refuses as models do that take no assistant message at the end; else answers. */
export const refusesPrefill: Behaviour = (call, response) => {
  const refuse = refuses(
    400,
    'invalid_request_error',
    'This model does not support assistant message prefill. The conversation must end with a user message.',
  );
  (call.messages.at(-1)?.role === 'assistant' ? refuse : answers)(call, response);
};

/** Breaks the connection without a byte. */
export const resets: Behaviour = (_call, response) => void response.socket?.resetAndDestroy();

/** Takes the call and says nothing. */
export const saysNothing: Behaviour = () => undefined;

/** The head and an empty first chunk of a stream at once, the first token far too late; a plain answer nothing until then. */
export const isSlow: Behaviour = (call, response) => {
  if (call.stream) {
    beginStream(response);
    response.write(event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] }));
  }
  later(SLOW_MILLISECONDS, response, () => answers(call, response));
};

/** Breaks the connection after so many chunks; of a plain answer, after as much of its body. */
export const cutsAfter =
  (chunks: number): Behaviour =>
  (call, response) =>
    sendPart(chunks, call, response, () => response.destroy());

/** Falls silent after so many chunks. */
export const stallsAfter =
  (chunks: number): Behaviour =>
  (call, response) =>
    sendPart(chunks, call, response, () => later(SILENT_MILLISECONDS, response, () => response.end()));

/** One event after so many chunks is not JSON, the rest is well; a plain answer is none at all. */
export const malformedAfter =
  (chunks: number): Behaviour =>
  (call, response) => {
    if (!call.stream) response.writeHead(200, JSON_HEADERS).end('{"id": "scripted", "choices": [{]}');
    else
      sendPart(chunks, call, response, () => {
        response.write('data: {"choices": [{"delta": {"content": \n\n');
        response.end('data: [DONE]\n\n');
      });
  };

/** Everything but the end mark; of a plain answer, everything but its last bytes. */
export const lacksEndMark: Behaviour = (call, response) => {
  call.bill = { promptTokens: PROMPT_TOKENS, completionTokens: WHOLE_ANSWER_WORDS };
  if (call.stream) {
    beginStream(response);
    writeWords(1, WHOLE_ANSWER_WORDS, response);
    response.end(`${FINISH}${usageEvent(call)}`);
  } else response.writeHead(200, JSON_HEADERS).end(plainBody(1, call).slice(0, -2));
};

const JSON_HEADERS = { 'content-type': 'application/json' };
const FINISH = event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });

function answerFrom(first: number, call: ScriptedCall, response: ServerResponse): void {
  call.bill = { promptTokens: PROMPT_TOKENS, completionTokens: WHOLE_ANSWER_WORDS - first + 1 };
  if (call.stream) {
    beginStream(response);
    writeWords(first, WHOLE_ANSWER_WORDS, response);
    response.end(`${FINISH}${usageEvent(call)}data: [DONE]\n\n`);
  } else response.writeHead(200, JSON_HEADERS).end(plainBody(first, call));
}

/** The first chunks of an answer; goes on with `then` once they have been relayed. */
function sendPart(chunks: number, call: ScriptedCall, response: ServerResponse, then: () => void): void {
  if (call.stream) {
    call.bill = { promptTokens: PROMPT_TOKENS, completionTokens: chunks };
    beginStream(response);
    writeWords(1, chunks, response);
    response.write(': that was all\n\n', () => later(BREATH_MILLISECONDS, response, then));
    return;
  }
  const body = plainBody(1, call);
  response.writeHead(200, { ...JSON_HEADERS, 'content-length': Buffer.byteLength(body) });
  const part = body.slice(0, Math.floor((body.length * chunks) / WHOLE_ANSWER_WORDS));
  response.write(part, () => later(BREATH_MILLISECONDS, response, then));
}

function beginStream(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
}

function writeWords(first: number, last: number, response: ServerResponse): void {
  for (let word = first; word <= last; word++) {
    response.write(event({ choices: [{ index: 0, delta: { content: `w${word} ` }, finish_reason: null }] }));
  }
}

function event(fields: object): string {
  return `data: ${JSON.stringify({ id: 'scripted', object: 'chat.completion.chunk', created: 1, model: 'scripted', ...fields })}\n\n`;
}

function usageEvent(call: ScriptedCall): string {
  return event({ choices: [], usage: usageOf(call) });
}

function usageOf({ bill: { promptTokens, completionTokens } }: ScriptedCall): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

function plainBody(first: number, call: ScriptedCall): string {
  const message = { role: 'assistant', content: wordsBetween(first, WHOLE_ANSWER_WORDS) };
  return JSON.stringify({
    id: 'scripted',
    object: 'chat.completion',
    created: 1,
    model: call.model,
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: usageOf(call),
  });
}

function lastWordIn({ messages }: ScriptedCall): number {
  const words = JSON.stringify(messages).matchAll(/\bw(\d+)\b/g);
  return Math.max(0, ...[...words].map(([, number]) => Number(number)));
}

function later(milliseconds: number, response: ServerResponse, then: () => void): void {
  const timer = setTimeout(then, milliseconds);
  response.once('close', () => clearTimeout(timer));
}
