import { expect, jest } from '@jest/globals';
import type { BatchObject, RequestEnded } from '#libs/contracts';
import { AnswerBatchesHandler } from '../answer-batches/answer-batches.handler.js';
import { CancelBatchHandler } from '../cancel-batch/cancel-batch.handler.js';
import type { JobsForTests } from '../jobs.fixture.js';
import { lineOfRequest } from '../keep-batch/batch-identifiers.policy.js';
import { isTerminal } from '../keep-batch/batch-state.policy.js';
import { caller, inputLines, lineEnded } from '../line.fixture.js';
import { StoreResultsHandler } from '../store-results/store-results.handler.js';
import { AdvanceNativeHandler } from './advance-native.handler.js';
import { NATIVE_EDGES, OPEN_STATES, type NativeState } from './native-batch.js';
import { NativeBatchRepository } from './native-batch.repository.js';
import { PlanNativeHandler } from './plan-native.handler.js';
import { TIMES, type Happening } from './native-happenings.fixture.js';
import { PlayedProvider } from './played-provider.fixture.js';

const MOST_ROUNDS = 60;
/** A batch of ours with its batches at a provider, and what a small model knows of them: the first event of each line counts. */
export class NativeWorld {
  readonly provider: PlayedProvider;
  private id = '';
  private readonly first = new Map<number, RequestEnded>();
  private states = new Map<string, NativeState>();
  private toldBefore: number;
  private readonly natives: NativeBatchRepository;

  constructor(
    private readonly jobs: JobsForTests,
    private readonly how: { lines: number; keepsNames: boolean },
  ) {
    this.toldBefore = jobs.nats.ended.length;
    this.natives = jobs.get(NativeBatchRepository);
    this.provider = new PlayedProvider(jobs.nats, how.keepsNames, (ids) =>
      this.store(ids.map((id) => this.nativeEvent(id))),
    );
    jobs.nats.beforeStored = ({ requestId }) => this.checkOnline(lineOfRequest(requestId));
  }

  async begin(): Promise<void> {
    this.id = await this.jobs.create(inputLines(this.how.lines));
    await this.jobs.validate(this.id);
    await this.jobs.dispatch();
    await this.jobs.get(PlanNativeHandler).settled();
    await this.check();
  }

  async live(what: Happening): Promise<void> {
    switch (what.kind) {
      case 'look':
        await this.look(what);
        break;
      case 'provider':
        this.atProvider(what);
        break;
      case 'late':
        await this.store(
          [...this.provider.batches.values()].flatMap(({ done }) => [...done].map((id) => this.nativeEvent(id))),
        );
        break;
      case 'dispatch':
        await this.jobs.dispatch();
        break;
      case 'online':
        await this.store(
          this.underWay()
            .slice(0, what.lines)
            .map((line) => this.onlineEvent(line, what.outcome)),
        );
        break;
      case 'time':
        await this.jobs.query(TIMES[what.passes], [this.id]);
        break;
      case 'cancel':
        await this.jobs
          .get(CancelBatchHandler)
          .cancel({ caller, id: this.id })
          .catch(() => undefined);
        break;
      case 'step':
        await this.jobs.advance(this.id);
        break;
    }
    await this.check();
  }

  /** Everything goes well from now on, until all is over. */
  async end(): Promise<void> {
    for (let round = 0; !(await this.isOver()); round++) {
      expect(round).toBeLessThan(MOST_ROUNDS);
      this.atProvider({ does: round % 2 === 0 ? 'work' : 'end', lines: 3 });
      await this.live({ kind: 'time', passes: 'resolve' });
      await this.live({ kind: 'look', submission: 'taken', death: 'nothing', losesLease: false, losesResults: false });
      await this.live({ kind: 'dispatch' });
      await this.live({ kind: 'online', outcome: 'completed', lines: this.how.lines });
      await this.live({ kind: 'step' });
    }
  }

  /** What must hold when all is over. */
  async checkEnd(): Promise<void> {
    await this.live({ kind: 'late' });
    const rows = await this.jobs.query<{ line: number; outcome: string; cost: string; saved: string }>(
      `SELECT line, outcome, cost_nano_usd AS cost, saved_nano_usd AS saved FROM jobs.batch_results WHERE batch_id = $1 ORDER BY line`,
      [this.id],
    );
    const expected = Array.from({ length: this.how.lines }, (_, index) => this.expected(index + 1));
    expect(rows).toEqual(expected);
    const batch = await this.read();
    const count = (outcome: string): number => rows.filter((row) => row.outcome === outcome).length;
    const counts = { total: this.how.lines, completed: count('completed'), failed: count('failed') };
    expect(batch.request_counts).toEqual(counts);
    expect(Number(batch.cost_usd) * 1e9).toBeCloseTo(sum(rows.map(({ cost }) => cost)), 3);
    expect(Number(batch.switchyard?.savings_usd ?? '0') * 1e9).toBeCloseTo(sum(rows.map(({ saved }) => saved)), 3);
    for (const { made } of this.provider.batches.values()) expect(made).toBe(1);
  }

  private async look({
    submission: becomes,
    death: dies,
    losesLease,
    losesResults,
  }: Extract<Happening, { kind: 'look' }>): Promise<void> {
    Object.assign(this.provider, { submission: becomes, losesResults });
    this.provider.meanwhile = async () =>
      losesLease
        ? this.jobs.query(`UPDATE jobs.native_batches SET lease_holder = 'other' WHERE batch_id = $1`, [this.id])
        : undefined;
    const killed =
      dies === 'nothing' ? undefined : jest.spyOn(this.natives, dies).mockRejectedValueOnce(new Error('killed'));
    await this.jobs.query(
      `UPDATE jobs.native_batches SET look_at = now() - interval '1 second', lease_until = NULL WHERE batch_id = $1`,
      [this.id],
    );
    for (const native of await this.natives.claim('looker', { most: 10, leaseMilliseconds: 10_000, except: [] })) {
      // The lease of a process that was killed runs out by itself.
      await this.jobs
        .get(AdvanceNativeHandler)
        .advance(native, 'looker')
        .catch(() => undefined);
    }
    killed?.mockRestore();
    this.provider.meanwhile = async () => undefined;
  }

  private atProvider({ does, lines: most }: Pick<Extract<Happening, { kind: 'provider' }>, 'does' | 'lines'>): void {
    for (const batch of this.provider.batches.values()) {
      if (batch.state !== 'running') continue;
      const undone = batch.requestIds.filter((id) => !batch.done.has(id));
      if (does === 'work' || does === 'end') for (const id of undone.slice(0, most)) batch.done.add(id);
      if (does === 'end') batch.state = 'ended';
      if (does === 'fail') batch.state = 'failed';
      if (does === 'forget') batch.state = 'gone';
    }
  }

  /** Lines that went online and have not come back. */
  private underWay(): number[] {
    return this.online().filter((line) => !this.first.has(line));
  }

  private online(): number[] {
    const prefix = `req_${this.id.split('_')[1]}_`;
    const { published } = this.jobs.nats;
    return published
      .filter(({ requestId }) => requestId.startsWith(prefix))
      .map(({ requestId }) => lineOfRequest(requestId));
  }

  private async store(events: readonly RequestEnded[]): Promise<void> {
    this.note(events);
    await this.jobs.get(StoreResultsHandler).store(events);
  }

  private note(events: readonly RequestEnded[]): void {
    for (const event of events) {
      const line = lineOfRequest(event.requestId);
      if (!this.first.has(line)) this.first.set(line, event);
    }
  }

  private nativeEvent(requestId: string): RequestEnded {
    const event = lineEnded(this.id, lineOfRequest(requestId));
    const attempts = event.attempts.map((attempt) => ({
      ...attempt,
      nativeBatch: { id: 'remote', onlineNanoUsd: '3000' },
    }));
    return { ...event, attempts };
  }

  private onlineEvent(line: number, outcome: 'completed' | 'failed'): RequestEnded {
    if (outcome === 'completed') return lineEnded(this.id, line, { costNanoUsd: '3000' });
    const error = { class: 'server_error' as const, status: 500, code: 'server_error', message: 'no' };
    return lineEnded(this.id, line, { outcome, error, attempts: [], costNanoUsd: undefined, answer: undefined });
  }

  private expected(line: number): object {
    const event = this.first.get(line);
    const { outcome, costNanoUsd: cost = '0' } = event ?? {};
    return { line, outcome, cost, saved: event?.attempts.at(-1)?.nativeBatch ? '1500' : '0' };
  }

  /** A line goes online once, and neither while it is at the provider nor after it has ended. */
  private async checkOnline(line: number): Promise<void> {
    expect(this.online()).not.toContain(line);
    expect(this.first.has(line)).toBe(false);
    const rows = await this.jobs.query(
      `SELECT 1 FROM jobs.native_lines WHERE batch_id = $1 AND line = $2 AND place = 'native'`,
      [this.id, line],
    );
    expect(rows).toEqual([]);
  }

  /** What must hold at any time. */
  private async check(): Promise<void> {
    this.note(
      this.jobs.nats.ended
        .slice(this.toldBefore)
        .filter(({ job }) => job !== undefined && 'batchId' in job && job.batchId === this.id),
    );
    this.toldBefore = this.jobs.nats.ended.length;
    for (const { id, state } of await this.rows()) {
      const before = this.states.get(id) ?? 'planned';
      if (!reachable(before).has(state)) throw new Error(`a batch at a provider went from ${before} to ${state}`);
      this.states.set(id, state);
    }
    const [counts] = await this.jobs.query<{ told: number[]; counted: number[] }>(
      `SELECT ARRAY[b.native_lines, b.returned_lines] AS told,
         ARRAY[count(*) FILTER (WHERE n.place = 'native'), count(*) FILTER (WHERE n.place = 'returned')]::integer[] AS counted
       FROM jobs.batches b LEFT JOIN jobs.native_lines n ON n.batch_id = b.id WHERE b.id = $1 GROUP BY b.id`,
      [this.id],
    );
    expect(counts?.told).toEqual(counts?.counted);
  }

  private async isOver(): Promise<boolean> {
    const [batch] = await this.jobs.query<{ status: BatchObject['status'] }>(
      `SELECT status FROM jobs.batches WHERE id = $1`,
      [this.id],
    );
    const isOpen = (await this.rows()).some(({ state }) => OPEN_STATES.includes(state));
    return batch !== undefined && isTerminal(batch.status) && !isOpen;
  }

  private rows(): Promise<{ id: string; state: NativeState }[]> {
    return this.jobs.query(`SELECT id, state FROM jobs.native_batches WHERE batch_id = $1`, [this.id]);
  }

  private read(): Promise<BatchObject> {
    return this.jobs.get(AnswerBatchesHandler).read({ caller, id: this.id });
  }
}

/** The states that a batch may be in after some steps from this one. */
function reachable(from: NativeState): ReadonlySet<NativeState> {
  const found = new Set<NativeState>([from]);
  for (const state of found) for (const next of NATIVE_EDGES[state]) found.add(next);
  return found;
}

function sum(amounts: readonly string[]): number {
  return amounts.reduce((total, amount) => total + Number(amount), 0);
}
