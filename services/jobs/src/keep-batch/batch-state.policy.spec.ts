import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import type { BatchStatus } from '#libs/contracts';
import { endedLines, type Batch } from './batch.js';
import {
  batchEdges,
  batchStates,
  endingOf,
  hasLostLines,
  isTerminal,
  nextStep,
  statesBefore,
} from './batch-state.policy.js';

const start = new Date('2026-11-22T00:00:00Z');
const GRACE = 600_000;

function batch(overrides: Partial<Batch> = {}): Batch {
  return {
    id: 'batch_a',
    organization: 'o',
    project: 'p',
    key: 'k',
    keyId: null,
    endpoint: '/v1/chat/completions',
    completionWindow: '24h',
    inputFileId: 'file-a',
    outputExpiresAfterSeconds: null,
    metadata: null,
    status: 'validating',
    endsAs: null,
    model: null,
    errors: null,
    outputFileId: null,
    errorFileId: null,
    totalLines: 0,
    offeredLines: 0,
    publishedLines: 0,
    completedLines: 0,
    failedLines: 0,
    unfinishedLines: 0,
    promptTokens: 0,
    cachedPromptTokens: 0,
    completionTokens: 0,
    reasoningTokens: 0,
    costNanoUsd: 0n,
    createdAt: start,
    expiresAt: new Date(start.getTime() + 86_400_000),
    inProgressAt: null,
    finalizingAt: null,
    completedAt: null,
    failedAt: null,
    expiredAt: null,
    cancellingAt: null,
    cancelledAt: null,
    publishedAt: null,
    sweptAt: null,
    nativePlannedAt: null,
    nativeLines: 0,
    returnedLines: 0,
    asideLines: 0,
    savedNanoUsd: 0n,
    ...overrides,
  };
}

const at = (milliseconds: number, passedBefore?: Date) => ({
  now: new Date(start.getTime() + milliseconds),
  cancelGraceMilliseconds: GRACE,
  passedBefore,
});

describe('batch states', () => {
  it('has the edges of the Batch API, and no way out of an end', () => {
    const edges = batchStates.flatMap((from) => batchEdges[from].map((to) => `${from} > ${to}`));

    expect(edges.toSorted()).toEqual([
      'cancelling > cancelled',
      'finalizing > completed',
      'finalizing > expired',
      'in_progress > cancelling',
      'in_progress > finalizing',
      'validating > cancelling',
      'validating > failed',
      'validating > in_progress',
    ]);
    expect(batchStates.filter(isTerminal).toSorted()).toEqual(['cancelled', 'completed', 'expired', 'failed']);
    expect(statesBefore('cancelling')).toEqual(['validating', 'in_progress']);
  });

  it('ends along allowed edges only, with a result for each line, whatever happens in whatever order', () => {
    const happening = record({
      kind: constantFrom('step', 'publish', 'result', 'cancel', 'time', 'bad file'),
      amount: integer({ min: 1, max: 30 }),
    });
    assert(
      property(array(happening, { maxLength: 60 }), integer({ min: 1, max: 40 }), (happenings, lines) => {
        const walk = new Walk(lines);
        for (const { kind, amount } of happenings) walk.live(kind, amount);
        for (let round = 0; !isTerminal(walk.batch.status); round += 1) {
          expect(round).toBeLessThan(200);
          walk.live('publish', 30);
          walk.live('result', 30);
          walk.live('step', 1);
        }
        const end = walk.batch;
        if (end.status !== 'failed') expect(endedLines(end)).toBe(end.totalLines);
        if (end.status === 'completed') expect(end.unfinishedLines).toBe(0);
        expect(new Set(walk.visited).size).toBe(walk.visited.length);
      }),
    );
  });

  it('waits on cancelling for what is under way, until it ended, was lost, or took too long', () => {
    const cancelling = batch({
      status: 'cancelling',
      cancellingAt: start,
      totalLines: 10,
      offeredLines: 5,
      publishedLines: 5,
      publishedAt: start,
    });

    expect(nextStep(cancelling, at(1))).toBe('wait');
    expect(nextStep({ ...cancelling, completedLines: 4, failedLines: 1 }, at(1))).toBe('settle');
    expect(nextStep(cancelling, at(GRACE))).toBe('settle');
    expect(nextStep(cancelling, at(20, new Date(start.getTime() + 10)))).toBe('settle');
    expect(nextStep(cancelling, at(20, new Date(start.getTime() - 10)))).toBe('wait');
    expect(endingOf(cancelling)).toBe('cancelled');
  });

  it('takes lines for lost that were published before all arrived, and of an unfinished step before its end', () => {
    const passedBefore = new Date(start.getTime() + 10);
    const later = new Date(start.getTime() + 20);
    const closed = batch({
      cancellingAt: later,
      totalLines: 9,
      offeredLines: 5,
      publishedLines: 5,
      publishedAt: start,
    });

    expect(hasLostLines(closed, undefined)).toBe(false);
    expect(hasLostLines(closed, passedBefore)).toBe(true);
    expect(hasLostLines({ ...closed, publishedAt: later }, passedBefore)).toBe(false);
    expect(hasLostLines({ ...closed, sweptAt: later }, passedBefore)).toBe(false);
    expect(hasLostLines({ ...closed, offeredLines: 6 }, passedBefore)).toBe(false);
    const unnoted = { ...closed, offeredLines: 6, cancellingAt: start };
    expect(hasLostLines(unnoted, passedBefore)).toBe(false);
    expect(hasLostLines(unnoted, new Date(start.getTime() + 10_001))).toBe(true);
  });

  it('settles a batch whose time is over as expired, and one with every result as completed', () => {
    const late = batch({
      status: 'in_progress',
      totalLines: 3,
      offeredLines: 2,
      publishedLines: 2,
      publishedAt: start,
      completedLines: 1,
    });

    expect(nextStep(late, at(1))).toBe('wait');
    expect(nextStep(late, at(86_400_000))).toBe('wait');
    expect(nextStep(late, at(86_400_000, new Date(start.getTime() + 1)))).toBe('settle');
    expect(nextStep({ ...late, failedLines: 1 }, at(86_400_000))).toBe('settle');
    expect(nextStep(late, at(86_400_000 + GRACE))).toBe('settle');
    expect(endingOf(late)).toBe('expired');
    expect(endingOf({ ...late, failedLines: 2 })).toBe('completed');
    const untried = { ...late, publishedLines: 3, offeredLines: 3, failedLines: 1, unfinishedLines: 1 };
    expect(nextStep(untried, at(1))).toBe('settle');
    expect(endingOf(untried)).toBe('expired');
  });
});

/** A batch that lives through what may happen to it, as the repositories let it happen. */
class Walk {
  batch: Batch;
  visited: BatchStatus[] = ['validating'];
  private milliseconds = 0;

  constructor(private readonly lines: number) {
    this.batch = batch();
  }

  live(kind: string, amount: number): void {
    const { status, totalLines, offeredLines, completedLines } = this.batch;
    if (kind === 'time') this.milliseconds += amount * 5_000_000;
    if (kind === 'bad file' && status === 'validating') this.move('failed');
    if (kind === 'cancel' && statesBefore('cancelling').includes(status))
      this.move('cancelling', { cancellingAt: this.now() });
    if (kind === 'publish' && status === 'in_progress' && this.batch.expiresAt > this.now()) {
      const published = Math.min(totalLines, offeredLines + amount);
      this.batch = { ...this.batch, offeredLines: published, publishedLines: published };
    }
    if (kind === 'result' && this.batch.endsAs === null) {
      const ended = Math.min(amount, offeredLines - endedLines(this.batch));
      this.batch = { ...this.batch, completedLines: completedLines + ended };
    }
    if (kind === 'step') this.step();
  }

  private step(): void {
    switch (nextStep(this.batch, at(this.milliseconds))) {
      case 'validate':
        return this.move('in_progress', { totalLines: this.lines });
      case 'settle': {
        const endsAs = endingOf(this.batch);
        const settled = { endsAs, unfinishedLines: this.batch.totalLines - endedLines(this.batch) };
        if (this.batch.status === 'in_progress') return this.move('finalizing', settled);
        this.batch = { ...this.batch, ...settled };
        return;
      }
      case 'write-files':
        return this.move(this.batch.endsAs ?? 'failed');
      case 'wait':
      case 'none':
    }
  }

  private move(to: BatchStatus, changes: Partial<Batch> = {}): void {
    expect(batchEdges[this.batch.status]).toContain(to);
    this.visited.push(to);
    this.batch = { ...this.batch, ...changes, status: to };
  }

  private now(): Date {
    return new Date(start.getTime() + this.milliseconds);
  }
}
