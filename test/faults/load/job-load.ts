import { eventually } from '#libs/testing';

import type { ScenarioRun } from '../scenario.js';
import type { ApiClient } from './api-client.js';

const ENDED_WITHIN_MILLISECONDS = 180_000;

/** Requests that are answered later, by jobs, each submitted as by a caller who does not give up. */
export class JobLoad {
  readonly ids: string[] = [];

  constructor(private readonly client: ApiClient) {}

  async submit(model = 'answering'): Promise<string> {
    const content = `Job ${this.ids.length}: how many wagons stay?`;
    const body = { model, messages: [{ role: 'user', content }], max_tokens: 64 };
    const answer = await this.client.insist('POST', '/v1/chat/completions', {
      body,
      headers: { prefer: 'respond-async' },
    });
    if (answer.status !== 202) throw new Error(`a job was refused with ${answer.status}: ${answer.text}`);
    const { id } = JSON.parse(answer.text) as { id: string };
    this.ids.push(id);
    return id;
  }

  /** Waits for their ends, and holds them against the books: each completed and charged once. */
  async expectEnded({ ground, figures, expect }: Pick<ScenarioRun, 'ground' | 'figures' | 'expect'>): Promise<void> {
    const sums = await eventually(
      async () => {
        const [row] = await ground.query<{ open: number; completed: number; charges: number }>(
          `SELECT count(*) FILTER (WHERE outcome IS NULL)::int AS open,
             count(*) FILTER (WHERE outcome = 'completed')::int AS completed,
             (SELECT count(*)::int FROM billing.charges c JOIN jobs.jobs j USING (request_id) WHERE j.id = ANY($1)) AS charges
           FROM jobs.jobs WHERE id = ANY($1)`,
          [this.ids],
        );
        if (row?.open !== 0) throw new Error(`${row?.open} jobs have not ended`);
        return row;
      },
      { withinMilliseconds: ENDED_WITHIN_MILLISECONDS, everyMilliseconds: 500 },
    );
    figures['jobs completed'] = sums.completed;
    const total = this.ids.length;
    expect(sums.completed === total && sums.charges === total, `of ${total} jobs: ${JSON.stringify(sums)}`);
  }
}
