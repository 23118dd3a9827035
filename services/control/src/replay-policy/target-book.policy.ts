import type { DecidedRequest, PolicyReplayReply, TargetEntry } from '#libs/contracts';
import type { RoutingTable } from '#libs/routing';

/** A target by provider and that provider's model. */
export interface Placed {
  readonly provider: string;
  readonly model: string;
}

/** Of one request, with each of the two policies. */
export interface Costs {
  readonly before: bigint;
  readonly after: bigint;
}

interface Line extends Placed {
  requestsBefore: number;
  requestsAfter: number;
  costBefore: bigint;
  costAfter: bigint;
  answers: number;
  answerMilliseconds: number;
}

/** Requests that go from one target to another, or stay where they are. */
interface Move {
  readonly from: Line;
  readonly to: Line;
  requests: number;
}

type Summary = Pick<
  PolicyReplayReply,
  | 'targets'
  | 'costBeforeNanoUsd'
  | 'costAfterNanoUsd'
  | 'latencyBeforeMilliseconds'
  | 'latencyAfterMilliseconds'
  | 'qualityBefore'
  | 'qualityAfter'
  | 'lowerQuality'
  | 'higherQuality'
>;

/** Counts what goes to each target before and after, what it costs there, and how the target did. */
export class TargetBook {
  private readonly lines = new Map<string, Line>();
  private readonly moves = new Map<string, Move>();
  private readonly entries = new Map<string, TargetEntry>();
  private costBefore = 0n;
  private costAfter = 0n;

  /** Figures of a target are those of the proposed table, else of the one in force. */
  constructor(...tables: readonly (RoutingTable | undefined)[]) {
    for (const table of tables) {
      for (const { entry, key } of [...(table?.targets.values() ?? [])].flat()) {
        if (!this.entries.has(key)) this.entries.set(key, entry);
      }
    }
  }

  entryOf(target: Placed): TargetEntry | undefined {
    return this.entries.get(keyOf(target));
  }

  count(before: Placed | undefined, after: Placed | undefined, costs: Costs): void {
    this.costBefore += costs.before;
    this.costAfter += costs.after;
    const from = before && this.lineOf(before);
    const to = after && this.lineOf(after);
    if (from) {
      from.requestsBefore++;
      from.costBefore += costs.before;
    }
    if (to) {
      to.requestsAfter++;
      to.costAfter += costs.after;
    }
    if (from && to) this.moveOf(from, to).requests++;
  }

  noteAttempts(attempts: DecidedRequest['attempts']): void {
    for (const attempt of attempts) {
      if (attempt.outcome !== 'succeeded') continue;
      const line = this.lineOf(attempt);
      line.answers++;
      line.answerMilliseconds += attempt.durationMilliseconds;
    }
  }

  summary(): Summary {
    const latency = this.means(latencyOf);
    const quality = this.means((line) => this.entryOf(line)?.quality);
    return {
      targets: [...this.lines.values()]
        .filter(({ requestsBefore, requestsAfter }) => requestsBefore + requestsAfter > 0)
        .toSorted(
          (left, right) => right.requestsAfter - left.requestsAfter || right.requestsBefore - left.requestsBefore,
        )
        .map((line) => this.rowOf(line)),
      costBeforeNanoUsd: this.costBefore.toString(),
      costAfterNanoUsd: this.costAfter.toString(),
      ...(latency ? { latencyBeforeMilliseconds: latency.before, latencyAfterMilliseconds: latency.after } : {}),
      ...(quality ? { qualityBefore: quality.before, qualityAfter: quality.after } : {}),
      lowerQuality: quality?.lower ?? 0,
      higherQuality: quality?.higher ?? 0,
    };
  }

  private rowOf(line: Line): Summary['targets'][number] {
    const latency = latencyOf(line);
    const quality = this.entryOf(line)?.quality;
    return {
      provider: line.provider,
      model: line.model,
      requestsBefore: line.requestsBefore,
      requestsAfter: line.requestsAfter,
      costBeforeNanoUsd: line.costBefore.toString(),
      costAfterNanoUsd: line.costAfter.toString(),
      ...(latency === undefined ? {} : { latencyMilliseconds: latency }),
      ...(quality === undefined ? {} : { quality }),
    };
  }

  /** Of the requests served by both whose two targets have the figure; undefined where there are none. */
  private means(
    figureOf: (line: Line) => number | undefined,
  ): { before: number; after: number; lower: number; higher: number } | undefined {
    const sums = { requests: 0, before: 0, after: 0, lower: 0, higher: 0 };
    for (const { from, to, requests } of this.moves.values()) {
      const [before, after] = [figureOf(from), figureOf(to)];
      if (before === undefined || after === undefined) continue;
      sums.requests += requests;
      sums.before += before * requests;
      sums.after += after * requests;
      if (after < before) sums.lower += requests;
      if (after > before) sums.higher += requests;
    }
    const { requests, before, after, lower, higher } = sums;
    return requests === 0 ? undefined : { before: before / requests, after: after / requests, lower, higher };
  }

  private lineOf({ provider, model }: Placed): Line {
    const key = keyOf({ provider, model });
    const known = this.lines.get(key);
    if (known) return known;
    const line: Line = {
      provider,
      model,
      requestsBefore: 0,
      requestsAfter: 0,
      costBefore: 0n,
      costAfter: 0n,
      answers: 0,
      answerMilliseconds: 0,
    };
    this.lines.set(key, line);
    return line;
  }

  private moveOf(from: Line, to: Line): Move {
    const key = `${keyOf(from)} ${keyOf(to)}`;
    const known = this.moves.get(key);
    if (known) return known;
    const move: Move = { from, to, requests: 0 };
    this.moves.set(key, move);
    return move;
  }
}

function keyOf({ provider, model }: Placed): string {
  return `${provider}/${model}`;
}

function latencyOf({ answers, answerMilliseconds }: Line): number | undefined {
  return answers === 0 ? undefined : answerMilliseconds / answers;
}
