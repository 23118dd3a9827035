import { expect, jest } from '@jest/globals';
import { constantFrom, integer, oneof, record, type Arbitrary } from 'fast-check';
import type { JobObject, JobStatus, RequestEnded } from '#libs/contracts';
import { AnswerJobsHandler } from '../answer-jobs/answer-jobs.handler.js';
import { CancelJobRepository } from '../cancel-job/cancel-job.repository.js';
import { DispatchJobsHandler } from '../dispatch-jobs/dispatch-jobs.handler.js';
import { DispatchRepository } from '../dispatch-jobs/dispatch.repository.js';
import { DurableHolds } from '../hold-money/durable-holds.js';
import { EndUnpublishedHandler } from '../end-job/end-unpublished.handler.js';
import { askForJob, endOf } from '../job.fixture.js';
import type { JobsForTests } from '../jobs.fixture.js';
import { caller } from '../line.fixture.js';
import { JobResultRepository } from '../store-job-results/job-result.repository.js';
import { StoreResultsHandler } from '../store-results/store-results.handler.js';
import { SweepLinesHandler } from '../sweep-lines/sweep-lines.handler.js';

const MOST_ROUNDS = 20;
const ENDINGS = ['completed', 'failed', 'cancelled', 'expired'] as const;
/** Where a job may go from each state that it is shown in. What was lost on its way is queued again. */
const EDGES: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  scheduled: ['queued', 'cancelling', 'cancelled', 'expired'],
  queued: ['in_progress', 'cancelling', ...ENDINGS],
  in_progress: ['queued', 'cancelling', ...ENDINGS],
  cancelling: [...ENDINGS],
  completed: [],
  failed: [],
  cancelled: [],
  expired: [],
};
const STATUSES = Object.keys(EDGES) as JobStatus[];
const TIMES = {
  due: `run_at = now()`,
  late: `run_at = now(), expires_at = now()`,
  lease: `lease_until = now() - interval '1 second'`,
} as const;

/**
 * Where a process is killed, or what does not work: `stream` does not store, `noting` and `ending` are not written down, `room` is in
 * no budget, and a process is killed before it `gives` back what found none.
 */
type Trouble = 'none' | 'stream' | 'noting' | 'ending' | 'room' | 'giving';

/** What may happen to jobs; `job` says which of them. */
export type Happening =
  | { kind: 'dispatch' | 'end' | 'cancel'; trouble: Trouble; job: number }
  | { kind: 'start' | 'sweep' | 'forgery'; job: number }
  | { kind: 'result'; job: number; outcome: (typeof ENDINGS)[number] }
  | { kind: 'time'; job: number; passes: keyof typeof TIMES };

const job = integer({ min: 0, max: 3 });
const trouble = constantFrom<Trouble>('none', 'none', 'none', 'stream', 'noting', 'ending', 'room', 'room', 'giving');
export const happening: Arbitrary<Happening> = oneof(
  record({
    kind: constantFrom('dispatch' as const, 'dispatch' as const, 'end' as const, 'cancel' as const),
    trouble,
    job,
  }),
  record({ kind: constantFrom('start' as const, 'sweep' as const, 'forgery' as const), job }),
  record({ kind: constantFrom('result' as const), outcome: constantFrom(...ENDINGS), job }),
  record({
    kind: constantFrom('time' as const),
    passes: constantFrom('due' as const, 'due' as const, 'late' as const, 'lease' as const),
    job,
  }),
);

/** Jobs and all that may happen to them, with what a small model knows: the first event of a job counts. */
export class JobWorld {
  private readonly made: JobObject[] = [];
  private readonly first = new Map<string, RequestEnded>();
  private readonly shown = new Map<string, JobObject>();
  private endedBefore: number;

  constructor(private readonly jobs: JobsForTests) {
    this.endedBefore = jobs.nats.ended.length;
  }

  /** Some now, some later. */
  async begin(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      this.made.push(await askForJob(this.jobs, index % 2 === 0 ? {} : { runAt: Date.now() + 3_600_000 }));
    }
    await this.check();
  }

  async live(what: Happening): Promise<void> {
    const one = this.made[what.job % this.made.length];
    if (!one) throw new Error('there is no job');
    const mend = 'trouble' in what ? this.trouble(what.trouble) : () => undefined;
    try {
      await this.happen(what, one);
    } catch (error) {
      if (!(error instanceof Error && error.message === 'killed')) throw error;
    } finally {
      mend();
    }
    await this.check();
  }

  /** Everything goes well from now on, until all is over. */
  async end(): Promise<void> {
    for (let round = 0; this.made.some(({ id }) => !this.hasEnded(id)); round++) {
      expect(round).toBeLessThan(MOST_ROUNDS);
      for (const index of this.made.keys()) {
        await this.live({ kind: 'time', job: index, passes: 'due' });
        await this.live({ kind: 'time', job: index, passes: 'lease' });
      }
      await this.live({ kind: 'end', job: 0, trouble: 'none' });
      await this.live({ kind: 'dispatch', job: 0, trouble: 'none' });
      for (const index of this.made.keys()) await this.live({ kind: 'result', job: index, outcome: 'completed' });
    }
  }

  private async happen(what: Happening, one: JobObject): Promise<void> {
    switch (what.kind) {
      case 'dispatch':
        await this.jobs.dispatch();
        return;
      case 'end':
        return this.jobs.get(EndUnpublishedHandler).end();
      case 'cancel': {
        const cancelled = await this.jobs.get(CancelJobRepository).cancel(one.id, caller);
        if (cancelled?.neverLeft === true) await this.jobs.get(EndUnpublishedHandler).end();
        return;
      }
      case 'start':
        if (this.wentOut(one))
          await this.jobs.get(AnswerJobsHandler).noteStart({ jobId: one.id, requestId: one.request_id });
        return;
      case 'sweep':
        await this.jobs.get(SweepLinesHandler).sweep();
        await this.jobs.get(SweepLinesHandler).sweep();
        await this.jobs.get(DispatchJobsHandler).sweep();
        return;
      case 'forgery':
        return this.jobs
          .get(StoreResultsHandler)
          .store([endOf(one, { organization: 'other' }), endOf(one, { requestId: 'req_0123456789' })]);
      case 'result':
        if (this.wentOut(one)) await this.store(resultOf(one, what.outcome));
        return;
      case 'time':
        await this.jobs.query(`UPDATE jobs.jobs SET ${TIMES[what.passes]} WHERE id = $1 AND outcome IS NULL`, [one.id]);
        return;
    }
  }

  private async store(event: RequestEnded): Promise<void> {
    if (!this.first.has(event.requestId)) this.first.set(event.requestId, event);
    await this.jobs.get(StoreResultsHandler).store([event]);
  }

  private wentOut({ request_id: requestId }: JobObject): boolean {
    return this.jobs.nats.published.some((published) => published.requestId === requestId);
  }

  private trouble(kind: Trouble): () => void {
    const killed = (): Promise<never> => Promise.reject(new Error('killed'));
    const { nats } = this.jobs;
    if (kind === 'stream') nats.beforeStored = killed;
    const holds = this.jobs.get(DurableHolds);
    const spies = [
      ...(kind === 'room' || kind === 'giving'
        ? [
            jest.spyOn(holds, 'areNeededFor').mockReturnValue(true),
            jest.spyOn(holds, 'countedBy').mockReturnValue(''),
            jest.spyOn(holds, 'place').mockResolvedValue([]),
          ]
        : []),
      ...(kind === 'giving'
        ? [jest.spyOn(this.jobs.get(DispatchRepository), 'putBack').mockImplementation(killed)]
        : []),
      ...(kind === 'noting'
        ? [jest.spyOn(this.jobs.get(DispatchRepository), 'notePublished').mockImplementation(killed)]
        : []),
      ...(kind === 'ending' ? [jest.spyOn(this.jobs.get(JobResultRepository), 'end').mockImplementation(killed)] : []),
    ];
    return () => {
      nats.beforeStored = () => undefined;
      for (const spy of spies) spy.mockRestore();
    };
  }

  /** What must hold at any time. */
  private async check(): Promise<void> {
    for (const event of this.jobs.nats.ended.slice(this.endedBefore)) {
      if (!this.first.has(event.requestId)) this.first.set(event.requestId, event);
      // What went out ends by the event of whoever has it.
      expect(this.jobs.nats.published.some(({ requestId }) => requestId === event.requestId)).toBe(false);
    }
    this.endedBefore = this.jobs.nats.ended.length;
    const seen = await this.seen();
    for (const { id } of this.made) {
      const [now, ...others] = seen.filter((each) => each.id === id);
      if (!now) throw new Error(`the job ${id} is in no state`);
      expect(others).toEqual([]);
      this.checkStep(now);
      this.shown.set(id, now);
    }
  }

  private checkStep(now: JobObject): void {
    const before = this.shown.get(now.id);
    const isStep = before === undefined || now.status === before.status || EDGES[before.status].includes(now.status);
    if (!isStep) throw new Error(`a job went from ${before.status} to ${now.status}`);
    if (before && EDGES[before.status].length === 0) expect(now).toEqual(before);
    if (EDGES[now.status].length > 0) {
      expect(now.ended_at).toBeNull();
      return;
    }
    const event = this.first.get(now.request_id);
    expect(now.status).toBe(event?.outcome);
    expect(now.cost_usd).toBe(event?.costNanoUsd === undefined ? null : '0.0000015');
  }

  /** Each job in each state that it is listed in. */
  private async seen(): Promise<JobObject[]> {
    const answers = this.jobs.get(AnswerJobsHandler);
    const lists = [];
    for (const status of STATUSES) lists.push(await answers.list({ caller, limit: 100, order: 'asc', status }));
    return lists.flatMap(({ data }, index) =>
      data.map((one) => {
        expect(one.status).toBe(STATUSES[index]);
        return one;
      }),
    );
  }

  private hasEnded(id: string): boolean {
    const status = this.shown.get(id)?.status;
    return status !== undefined && EDGES[status].length === 0;
  }
}

function resultOf(one: JobObject, outcome: (typeof ENDINGS)[number]): RequestEnded {
  if (outcome === 'completed') return endOf(one);
  const errorClass = outcome === 'failed' ? ('server_error' as const) : outcome;
  const error = { class: errorClass, status: 500, code: errorClass, message: 'no' };
  return endOf(one, { outcome, error, answer: undefined });
}
