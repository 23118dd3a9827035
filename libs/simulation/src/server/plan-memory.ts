import type { WholePlan } from '../plan/simulation-plan.js';
import type { OpenCall } from './call-book.js';

/** A plan that can be played again and what its request says for the record. */
export interface RememberedCall extends Pick<OpenCall, 'model' | 'stream' | 'lastUserText' | 'authorizationSha256'> {
  readonly plan: WholePlan;
}

const KEPT_CALLS = 64;
const MAXIMUM_BODY_CHARACTERS = 16_384;

/**
 * Remembers the plain answers to the few requests that a load generator repeats, for as long as `created` stays the
 * same: planning costs as much as serving, and the upstream of a benchmark should take as little of the machine as it
 * can. Sound because a plan follows from the request, the options and that second alone.
 */
export class PlanMemory {
  private readonly calls = new Map<string, RememberedCall>();
  private second = 0;

  find(body: string, createdSeconds: number): RememberedCall | undefined {
    if (createdSeconds !== this.second) {
      this.calls.clear();
      this.second = createdSeconds;
    }
    return this.calls.get(body);
  }

  remember(body: string, call: RememberedCall): void {
    if (this.calls.size < KEPT_CALLS && body.length <= MAXIMUM_BODY_CHARACTERS) this.calls.set(body, call);
  }
}
