import { expect } from '@jest/globals';
import { eventually } from '#libs/testing';
import type OpenAI from 'openai';

import { call, type HttpAnswer } from './http-call.js';
import { OUR_KEY } from './journey-configuration.js';

/** All events of a stream, to its end. */
export async function eventsOf(
  stream: AsyncIterable<OpenAI.Responses.ResponseStreamEvent>,
): Promise<OpenAI.Responses.ResponseStreamEvent[]> {
  const events: OpenAI.Responses.ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** What a call is refused with. */
export const rejection = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => expect(undefined).toBe('rejected')).catch((error: unknown) => error);

/** What a test looks at of a job. */
export interface SeenJob {
  readonly id: string;
  readonly status: string;
  readonly request_id: string;
}

export const jobIn = (answer: HttpAnswer): SeenJob => JSON.parse(answer.text) as SeenJob;

/** What two answers to the same request have in common: ids and times differ. */
export function shapeOf({ text, headers }: HttpAnswer): unknown {
  if (!headers['content-type']?.startsWith('application/json')) return text;
  return JSON.parse(text, (name, value: unknown) =>
    ['id', 'created', 'created_at', 'item_id'].includes(name) ? typeof value : value,
  );
}

/** What a journey asks of the jobs of a stack, with the key that makes them unless it names another. */
export function callsOfJobs(stack: () => { readonly url: string }) {
  const get = (path: string, key = OUR_KEY): Promise<HttpAnswer> => call(`${stack().url}${path}`, { key });
  const later = (path: string, body: object, headers: Record<string, string> = {}): Promise<HttpAnswer> =>
    call(`${stack().url}${path}`, { key: OUR_KEY, body, headers: { prefer: 'respond-async', ...headers } });
  const ended = (id: string): Promise<SeenJob> =>
    eventually(
      async () => {
        const job = jobIn(await get(`/v1/jobs/${id}`));
        expect(['completed', 'failed', 'cancelled', 'expired']).toContain(job.status);
        return job;
      },
      { withinMilliseconds: 30_000 },
    );
  return { get, later, ended };
}
