import { metrics } from '#libs/telemetry';
import type { Pause } from './pauses.policy.js';

/** A look that comes later than this after the one before does not tell what was in between: another process had the right to release. */
const MOST_BETWEEN_LOOKS_MILLISECONDS = 30_000;

/**
 * Counts for how long pauses are in force, as the one process sees it that releases work. Those of projects are counted together:
 * metrics name no tenants.
 */
export class PausedTime {
  private seen: { readonly at: number; readonly pauses: readonly Pause[] } | undefined;

  /** The pauses in force now, `now` in milliseconds of any steady clock; those of the look before have held until now. */
  look(pauses: readonly Pause[], now: number): void {
    const milliseconds = this.seen ? now - this.seen.at : 0;
    if (this.seen && milliseconds <= MOST_BETWEEN_LOOKS_MILLISECONDS) {
      for (const { scope, name } of this.seen.pauses) {
        const shown = scope === 'project' ? '' : name;
        metrics.queuePausedSeconds.add({ scope, name: shown }, milliseconds / 1_000);
      }
    }
    this.seen = { at: now, pauses };
  }
}
