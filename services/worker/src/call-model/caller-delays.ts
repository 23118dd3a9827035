import { Injectable } from '@nestjs/common';
import type { Facts } from '#libs/contracts';

const WINDOW_MILLISECONDS = 60_000;
const WINDOWS_KEPT = 3;
/** So many of the callers count as all of them: one that was held up elsewhere says nothing of the queues. */
const MOST = 0.8;

/** The least delay seen in each of the last windows, from one ingress: its clock may differ from ours, by the same each time. */
interface Base {
  readonly least: number[];
  window: number;
}

/**
 * How long requests of waiting callers stand in queues on their way to this worker: the time since they were received, less the
 * least such time of the last minutes. What is left is congestion, whatever the clocks say. After LEDBAT (RFC 6817), by which
 * transfers that nobody waits for give way to those that somebody does.
 */
@Injectable()
export class CallerDelays {
  private readonly bases = new Map<string, Base>();
  private recent: number[] = [];

  /** To be told of each request that comes here first, not of one that was tried elsewhere. */
  note({ ingress = '', receivedAt }: Pick<Facts, 'ingress' | 'receivedAt'>, now = Date.now()): void {
    const delay = now - receivedAt;
    this.recent.push(delay - this.baseWith(ingress, delay, Math.floor(now / WINDOW_MILLISECONDS)));
  }

  /** The milliseconds that four of five of those who came since it was last asked for stayed below; 0 where nobody came. */
  take(): number {
    const delays = this.recent.toSorted((left, right) => left - right);
    this.recent = [];
    return delays[Math.floor(delays.length * MOST)] ?? 0;
  }

  private baseWith(ingress: string, delay: number, window: number): number {
    const base = this.bases.get(ingress);
    if (!base) {
      this.forgetBefore(window - WINDOWS_KEPT);
      this.bases.set(ingress, { least: [delay], window });
      return delay;
    }
    if (base.window !== window) {
      base.least.unshift(delay);
      base.least.length = Math.min(base.least.length, WINDOWS_KEPT);
      base.window = window;
    } else if (delay < (base.least[0] ?? 0)) base.least[0] = delay;
    return Math.min(...base.least);
  }

  private forgetBefore(window: number): void {
    for (const [ingress, base] of this.bases) if (base.window < window) this.bases.delete(ingress);
  }
}
