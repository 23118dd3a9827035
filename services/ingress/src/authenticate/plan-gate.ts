import { Injectable, SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import type { Caller, PlanFeature } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { SnapshotWatch } from '#libs/messaging';
import { PlanTerms } from '#libs/permission';

const FEATURE = Symbol('the feature of a plan that a route needs');

/** Says which feature the plan of the caller's project must have for this route. */
export function InPlan(feature: PlanFeature): CustomDecorator<symbol> {
  return SetMetadata(FEATURE, feature);
}

/** The feature that a handler needs; undefined for what every plan has. */
export function featureOf(handler: ReturnType<ExecutionContext['getHandler']>): PlanFeature | undefined {
  return Reflect.getMetadata(FEATURE, handler) as PlanFeature | undefined;
}

/** Knows what the plan of each project has, from the revision in force. */
@Injectable()
export class PlanGate {
  private readonly terms = new PlanTerms();

  constructor(watch: SnapshotWatch) {
    watch.onChange((snapshot) => this.terms.follow(snapshot));
  }

  /** Whether the caller's project has a feature; the bootstrap key has all of them. */
  has(
    { admin = false, ...place }: Pick<Caller, 'organization' | 'project'> & { admin?: boolean },
    feature: PlanFeature,
  ) {
    return admin || this.terms.withoutFeature(place, feature) === undefined;
  }

  /** @throws DialectError 403 that names the plan and what it lacks */
  require(caller: Caller, feature: PlanFeature): void {
    const plan = caller.admin ? undefined : this.terms.withoutFeature(caller, feature);
    if (!plan) return;
    const { organization, project } = caller;
    throw new DialectError(
      403,
      'feature_not_in_plan',
      `The plan '${plan.name}' of ${organization}/${project} does not include ${feature}; ask whoever runs this installation for a plan that does.`,
    );
  }
}
