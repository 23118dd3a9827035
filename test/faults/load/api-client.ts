import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import type { Journal } from './journal.js';

const AGAIN_AFTER_MILLISECONDS = 250;
const ANSWER_WITHIN_MILLISECONDS = 60_000;

/** One answer: its status, what it says, and its headers. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** What is sent with a call. */
export interface ApiCall {
  readonly body?: object | FormData;
  readonly headers?: Readonly<Record<string, string>>;
  readonly withinMilliseconds?: number;
}

/** A caller with a key and a journal. Of several addresses each attempt takes the next, as a load balancer would. */
export class ApiClient {
  #turn = 0;

  constructor(
    private readonly urls: string | readonly string[],
    private readonly key: string,
    private readonly journal: Journal,
  ) {}

  /** One attempt, in the journal before and after; rejects when the connection breaks. */
  async attempt(method: string, path: string, call: ApiCall = {}): Promise<ApiAnswer> {
    const attempt = randomUUID();
    this.journal.write({ attempt, step: 'begun', note: `${method} ${path}` });
    try {
      const answer = await this.#send(method, path, call);
      // What is only read leaves nothing in any book.
      const id = method === 'POST' ? idIn(answer) : undefined;
      this.journal.write({ attempt, step: 'answered', status: answer.status, ...(id === undefined ? {} : { id }) });
      return answer;
    } catch (error) {
      this.journal.write({ attempt, step: 'broken', note: String(error) });
      throw error;
    }
  }

  /** The same call under one idempotency key, again and again until it is answered other than by a 5xx or 429. */
  async insist(method: string, path: string, call: ApiCall, withinMilliseconds = 120_000): Promise<ApiAnswer> {
    const headers = { ...call.headers, ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}) };
    const deadline = Date.now() + withinMilliseconds;
    for (;;) {
      const answer = await this.attempt(method, path, { ...call, headers }).catch(() => undefined);
      if (answer && !isPassing(answer)) return answer;
      if (Date.now() > deadline)
        throw new Error(`${method} ${path} was not answered: ${answer?.text ?? 'no connection'}`);
      await setTimeout(AGAIN_AFTER_MILLISECONDS);
    }
  }

  async #send(method: string, path: string, { body, headers, withinMilliseconds }: ApiCall): Promise<ApiAnswer> {
    const isForm = body instanceof FormData;
    const urls = [this.urls].flat();
    const url = urls[this.#turn++ % urls.length] ?? '';
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(withinMilliseconds ?? ANSWER_WITHIN_MILLISECONDS),
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }
}

/** Whether asking again may help: overloads and errors of ours, and a key whose first request is still under way. */
function isPassing({ status, text }: ApiAnswer): boolean {
  return status >= 500 || status === 429 || (status === 409 && !text.includes('outcome_unknown'));
}

function idIn({ text, headers }: ApiAnswer): string | undefined {
  const request = headers.get('x-request-id') ?? undefined;
  try {
    const value: unknown = JSON.parse(text);
    const isOurs = typeof value === 'object' && value !== null && 'object' in value && 'id' in value;
    return isOurs && (value.object === 'batch' || value.object === 'file') ? String(value.id) : request;
  } catch {
    return request;
  }
}
