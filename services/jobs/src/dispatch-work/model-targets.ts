import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { ModelEntry, Target } from '#libs/contracts';
import { isLeftAlone, TargetBoard } from '#libs/health';
import { HealthBucket, SnapshotWatch } from '#libs/messaging';
import { resolveModel, type LiveState } from '#libs/routing';
import { targetsHold, type TargetsHold } from './targets-hold.policy.js';

/** What the configuration and the workers' reports say of the targets of public models. */
@Injectable()
export class ModelTargets implements OnApplicationBootstrap {
  private models: ReadonlyMap<string, ModelEntry> = new Map();
  private readonly board = new TargetBoard();

  constructor(
    watch: SnapshotWatch,
    private readonly bucket: HealthBucket,
  ) {
    watch.onChange(({ models }) => (this.models = new Map(models.map((model) => [model.name, model]))));
    bucket.onChange((key, value) => this.board.take(key, value));
  }

  onApplicationBootstrap(): void {
    this.bucket.start();
  }

  /** Providers that may serve the model; undefined where the model is not known. */
  providers(model: string | null): readonly string[] | undefined {
    const targets = this.targetsOf(model);
    return targets && [...new Set(targets.map(({ provider }) => provider))];
  }

  /** Calls of the model's targets under way in the fleet, and whether none of them can be called now. */
  state(model: string | null, now: number): { callsUnderWay: number; isHeld: boolean } {
    this.board.forgetSilent();
    const targets = this.targetsOf(model) ?? [];
    let callsUnderWay = 0;
    let canBeCalled = targets.length === 0;
    for (const target of targets) {
      callsUnderWay += this.board.state(target.provider, target.model)?.inFlight ?? 0;
      canBeCalled ||= this.canBeCalled(target, now);
    }
    return { callsUnderWay, isHeld: !canBeCalled };
  }

  /** Whether any model has no target that can be called now. */
  areAnyHeld(now: number): boolean {
    return [...this.models.keys()].some((model) => this.hold(model, now) !== undefined);
  }

  /** Whether nothing that the workers report keeps a target from being called. */
  canBeCalled({ provider, model }: Pick<Target, 'provider' | 'model'>, now: number): boolean {
    const state = this.board.state(provider, model);
    return !isLeftAlone(state?.breaker, now) && (state?.coolingUntil ?? 0) <= now;
  }

  /** What the reports say, for one decision. */
  live(now: number): LiveState {
    return { now, target: (provider, model) => this.board.state(provider, model), turn: () => 0 };
  }

  /** What keeps every target of the model from being called now; undefined where nothing does, or the model is not known. */
  hold(model: string | null, now: number): TargetsHold | undefined {
    const targets = this.targetsOf(model) ?? [];
    const known = targets.map((target) => ({ target, state: this.board.state(target.provider, target.model) }));
    return targetsHold(known, now);
  }

  private targetsOf(model: string | null): ModelEntry['targets'] | undefined {
    return model === null ? undefined : resolveModel(model, this.models)?.model.targets;
  }
}
