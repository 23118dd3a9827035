import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { TargetState } from '#libs/contracts';
import { TargetBoard, TargetMap } from '#libs/health';
import { HealthBucket } from '#libs/messaging';
import type { LiveState } from '#libs/routing';

/** Workers report twice a second; what was planned meanwhile is not in their reports yet. */
const UNREPORTED_MILLISECONDS = 500;

/** What this router knows of targets now: the workers' reports, and its own plans that these do not hold yet. */
@Injectable()
export class LiveTargets implements OnApplicationShutdown {
  private readonly board = new TargetBoard();
  private readonly turns = new Map<string, number>();
  private planned = new TargetMap<number>();
  private plannedBefore = new TargetMap<number>();
  private readonly timer = setInterval(() => this.age(), UNREPORTED_MILLISECONDS);

  constructor(bucket: HealthBucket) {
    bucket.onChange((key, value) => this.board.take(key, value));
    bucket.start();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** For one decision. */
  at(now: number): LiveState {
    return {
      now,
      target: (provider, model) => this.state(provider, model),
      turn: (model) => this.turns.get(model) ?? 0,
    };
  }

  /** A request for the public model goes to this target first. */
  notePlanned(publicModel: string, { provider, model }: { provider: string; model: string }): void {
    this.turns.set(publicModel, (this.turns.get(publicModel) ?? 0) + 1);
    this.planned.set(provider, model, (this.planned.get(provider, model) ?? 0) + 1);
  }

  private state(provider: string, model: string): TargetState | undefined {
    const state = this.board.state(provider, model);
    const unreported = (this.planned.get(provider, model) ?? 0) + (this.plannedBefore.get(provider, model) ?? 0);
    if (unreported === 0) return state;
    return {
      calls: 0,
      errorShare: 0,
      tokensThisMinute: 0,
      ...state,
      inFlight: (state?.inFlight ?? 0) + unreported,
      requestsThisMinute: (state?.requestsThisMinute ?? 0) + unreported,
    };
  }

  private age(): void {
    this.board.forgetSilent();
    if (this.planned.isEmpty && this.plannedBefore.isEmpty) return;
    this.plannedBefore = this.planned;
    this.planned = new TargetMap();
  }
}
