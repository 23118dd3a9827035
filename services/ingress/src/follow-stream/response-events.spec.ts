import { describe, expect, it } from '@jest/globals';
import { ResponseEvents } from './response-events.js';

const shown = {
  id: 'resp_ours',
  status: 'in_progress',
  previous_response_id: 'resp_before',
  output: [{ type: 'message' }],
};
const dataOf = (text: string): unknown[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as unknown);
const event = (fields: object): string => `event: any\ndata: ${JSON.stringify(fields)}`;

describe('ResponseEvents', () => {
  it('begins with a response that waits, whatever became of it', () => {
    const told = dataOf(new ResponseEvents(shown, 0, -1).opening());
    expect(told).toMatchObject([
      { type: 'response.created', sequence_number: 0, response: { id: 'resp_ours', status: 'queued', output: [] } },
      { type: 'response.queued', sequence_number: 1 },
    ]);
  });

  it('counts on through the events of the provider, with our id in them, and without its own beginning and end', () => {
    const events = new ResponseEvents(shown, 0, -1);
    events.opening();
    const relayed = [
      event({ type: 'response.created', sequence_number: 0, response: { id: 'resp_theirs' } }),
      event({
        type: 'response.in_progress',
        sequence_number: 1,
        response: { id: 'resp_theirs', status: 'in_progress' },
      }),
      event({ type: 'response.output_text.delta', sequence_number: 2, delta: 'a' }),
      event({ type: 'response.completed', sequence_number: 3, response: { id: 'resp_theirs' } }),
      ': a comment',
      'data: [DONE]',
    ].map((one) => events.relayed(one));
    expect(dataOf(relayed.join(''))).toMatchObject([
      {
        type: 'response.in_progress',
        sequence_number: 2,
        response: { id: 'resp_ours', background: true, previous_response_id: 'resp_before', store: true },
      },
      { type: 'response.output_text.delta', sequence_number: 3, delta: 'a' },
    ]);
  });

  it.each([
    ['completed', 'response.completed'],
    ['incomplete', 'response.incomplete'],
    ['failed', 'response.failed'],
  ])('ends a response that is %s with %s', (status, type) => {
    const [last] = dataOf(new ResponseEvents(shown, 2, -1).final({ id: 'resp_ours', status }));
    expect(last).toMatchObject({ type, sequence_number: 2, response: { id: 'resp_ours', status } });
  });

  it('ends one that was cancelled with an error', () => {
    const [last] = dataOf(new ResponseEvents(shown, 2, -1).final({ id: 'resp_ours', status: 'cancelled' }));
    expect(last).toMatchObject({ type: 'error', code: 'response_cancelled', sequence_number: 2 });
  });

  it('leaves out what is known already', () => {
    const events = new ResponseEvents(shown, 0, 2);
    expect(events.opening()).toBe('');
    expect(events.relayed(event({ type: 'response.in_progress' }))).toBe('');
    expect(dataOf(events.relayed(event({ type: 'response.output_text.delta' })))).toMatchObject([
      { sequence_number: 3 },
    ]);
  });
});
