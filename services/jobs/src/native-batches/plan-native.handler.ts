import { randomUUID } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { MOST_NATIVE_LINES, type Decision } from '#libs/contracts';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import type { Batch } from '../keep-batch/batch.js';
import { BatchRepository } from '../keep-batch/batch.repository.js';
import { LinePublisher } from '../publish-lines/line-publisher.js';
import { OpenInputFiles } from '../publish-lines/open-input-files.js';
import type { PlannedNativeBatch } from './native-batch.js';
import { NativeBatchRepository } from './native-batch.repository.js';
import { NativeRoutes } from './native-routes.js';
import type { NativeTarget } from './native-target.policy.js';

const LINES_PER_BREATH = 50;

/** Lines for one target, in as many batches as their size asks for. */
interface TargetGroup {
  readonly native: NativeTarget;
  readonly decision: Decision;
  readonly chunks: { bytes: number; lines: number[] }[];
  lines: number;
}

/** Decides, once for each batch and before the first of its lines goes online, which of them go to batch APIs of providers. */
@Injectable()
export class PlanNativeHandler implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(
    private readonly batches: BatchRepository,
    private readonly natives: NativeBatchRepository,
    private readonly routes: NativeRoutes,
    private readonly files: OpenInputFiles,
    private readonly publisher: LinePublisher,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {}

  /** Begins to plan unless that is under way; the lines wait meanwhile. */
  begin(id: string): void {
    if (this.underWay.has(id)) return;
    const planning = this.plan(id)
      .catch((error: unknown) => {
        if (this.stopping.signal.aborted) return;
        this.logger.warn(
          { batchId: id, error },
          'it cannot be planned now where the lines of a batch go; it is tried again',
        );
      })
      .finally(() => this.underWay.delete(id));
    this.underWay.set(id, planning);
  }

  /** What is not planned yet is planned by whoever comes next. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.settled();
  }

  /** Resolves when nothing is being planned. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay.values());
  }

  private async plan(id: string): Promise<void> {
    const { batch, now } = await this.batches.readNow(id);
    const leftMilliseconds = batch.expiresAt.getTime() - now.getTime();
    const groups = await this.groupsOf(batch, leftMilliseconds);
    const worth = [...groups.values()].filter(({ native, lines }) => lines >= native.policy.minLines);
    const planned = worth.flatMap((group) => this.batchesOf(batch, group));
    const lines = worth.reduce((sum, group) => sum + group.lines, 0);
    const isNoted = await this.natives.plan(id, planned, { isAll: lines === batch.totalLines });
    if (isNoted && lines > 0) {
      this.logger.info({ batchId: id, lines, of: batch.totalLines }, 'lines of a batch go to batch APIs of providers');
    }
  }

  private async groupsOf(batch: Batch, leftMilliseconds: number): Promise<Map<string, TargetGroup>> {
    const groups = new Map<string, TargetGroup>();
    for await (const line of this.files.readOnce(batch, 1, batch.totalLines)) {
      this.stopping.signal.throwIfAborted();
      if (line.line % LINES_PER_BREATH === 0) await breathe();
      const facts = this.publisher.factsOf(batch, line, []);
      const native = facts && this.routes.of(facts, leftMilliseconds);
      if (!native) continue;
      const { target, slip } = native;
      const key = JSON.stringify([target.provider, target.model, target.servesModel]);
      let group = groups.get(key);
      if (!group)
        groups.set(key, (group = { native, decision: decisionOf(slip.decision, native), chunks: [], lines: 0 }));
      this.add(group, line);
    }
    return groups;
  }

  private add(group: TargetGroup, { line, length }: { line: number; length: number }): void {
    const { nativeBatchLines, nativeBatchBytes } = this.limits;
    const most = Math.min(nativeBatchLines, MOST_NATIVE_LINES);
    let chunk = group.chunks.at(-1);
    if (!chunk || chunk.lines.length >= most || chunk.bytes + length > nativeBatchBytes) {
      group.chunks.push((chunk = { bytes: 0, lines: [] }));
    }
    chunk.lines.push(line);
    chunk.bytes += length;
    group.lines += 1;
  }

  private batchesOf(batch: Batch, { native, decision, chunks }: TargetGroup): PlannedNativeBatch[] {
    const { target, batchPrice, policy } = native;
    return chunks.map(({ lines }) => ({
      id: `native_${randomUUID().replaceAll('-', '')}`,
      batchId: batch.id,
      provider: target.provider,
      model: target.model,
      revision: this.routes.revision,
      target,
      batchPrice,
      decision,
      giveUpAt: new Date(batch.expiresAt.getTime() - policy.marginMilliseconds),
      lineNumbers: lines,
    }));
  }
}

/** Why the lines are there, for their records. */
function decisionOf(decision: Decision, { target }: NativeTarget): Decision {
  const { provider, model, servesModel } = target;
  const reason = 'there is time enough for its own batch API, which costs less';
  const served = servesModel === undefined ? {} : { servesModel };
  return { ...decision, candidates: [{ provider, model, outcome: 'planned', rank: 0, reason, ...served }] };
}
