import { auditNotedSchema, requestEndedSchema, type RequestEnded } from '#libs/contracts';
import { z } from 'zod';

/** Charges come behind their requests: of requests this young before the end of an export none is missed yet. */
const CHARGED_WITHIN_MILLISECONDS = 300_000;
const MOST_NAMED = 1_000;
/** Charges may be told again after a crash, soon after the first time. */
const MOST_REMEMBERED = 500_000;

const line = z.looseObject({
  object: z.string(),
  type: z.string().optional(),
  recorded_at: z.string().optional(),
  body: z.string().optional(),
});
const chargesDetail = z.object({ charges: z.array(z.object({ requestId: z.string() })) });

/** What of a request is not there. */
export type Gap = 'charge' | 'entry' | 'decision' | 'price' | 'verdicts';

/** Whether each request of an export has all it should have. `missing` names the first thousand, `missed` counts all. */
export interface CompletenessReport {
  readonly requests: number;
  readonly charges: number;
  /** Requests at the end of the export whose charge may still come. */
  readonly awaited: number;
  readonly missed: number;
  readonly missing: readonly { readonly requestId: string; readonly what: Gap }[];
  /** Whether entries are left out of the export or were removed, so that what belongs to them is not missed. */
  readonly isPartial: boolean;
}

/**
 * Goes through the lines of an export and holds requests and charges against each other: every request has its charge, every charge its request, and every request that
 * called somebody the decision and the prices it was called by. What has found its other half is forgotten, so that memory does not grow with the log.
 */
export class TrailCompleteness {
  private readonly uncharged = new Map<string, number>();
  private readonly unmatchedCharges = new Set<string>();
  private readonly matched = new Set<string>();
  private readonly missing: { requestId: string; what: Gap }[] = [];
  private missed = 0;
  private requests = 0;
  private charges = 0;
  private newest = 0;
  private isPartial = false;

  /** One line of the export. @throws SyntaxError, ZodError for what is no such line */
  take(text: string): void {
    const { object, type, body, recorded_at: recordedAt } = line.parse(JSON.parse(text));
    if (object === 'audit.withheld' || object === 'audit.missing') this.isPartial = true;
    if (object !== 'audit.entry' || body === undefined || recordedAt === undefined) return;
    const time = Date.parse(recordedAt);
    this.newest = Math.max(this.newest, time);
    if (type === 'charges.recorded') this.takeCharges(body);
    else if (type?.startsWith('request.') && type !== 'request.refused')
      this.takeRequest(requestEndedSchema.parse(JSON.parse(body)), time);
  }

  finish(): CompletenessReport {
    let awaited = 0;
    for (const [requestId, time] of this.uncharged) {
      if (this.newest - time < CHARGED_WITHIN_MILLISECONDS) awaited += 1;
      else this.miss(requestId, 'charge');
    }
    if (!this.isPartial) for (const requestId of this.unmatchedCharges) this.miss(requestId, 'entry');
    const { requests, charges, missed, missing, isPartial } = this;
    return { requests, charges, awaited, missed, missing, isPartial };
  }

  private takeRequest(event: RequestEnded, time: number): void {
    const { requestId, attempts, decision } = event;
    this.requests += 1;
    if (attempts.length > 0 && !decision && !isLost(event)) this.miss(requestId, 'decision');
    if (attempts.some(({ usage, priceVersion }) => usage !== undefined && priceVersion === ''))
      this.miss(requestId, 'price');
    if (event.error?.code === 'guard_blocked' && !event.guards?.some(({ verdict }) => verdict === 'blocked'))
      this.miss(requestId, 'verdicts');
    if (this.unmatchedCharges.delete(requestId)) this.remember(requestId);
    else this.uncharged.set(requestId, time);
  }

  private takeCharges(body: string): void {
    const { detail } = auditNotedSchema.parse(JSON.parse(body));
    for (const { requestId } of chargesDetail.parse(detail).charges) {
      if (this.matched.has(requestId) || this.unmatchedCharges.has(requestId)) continue;
      this.charges += 1;
      if (this.uncharged.delete(requestId)) this.remember(requestId);
      else this.unmatchedCharges.add(requestId);
    }
  }

  private remember(requestId: string): void {
    this.matched.add(requestId);
    const [oldest] = this.matched;
    if (this.matched.size > MOST_REMEMBERED && oldest !== undefined) this.matched.delete(oldest);
  }

  private miss(requestId: string, what: Gap): void {
    this.missed += 1;
    if (this.missing.length < MOST_NAMED) this.missing.push({ requestId, what });
  }
}

/** Whose worker died: nobody else knows by which decision it was calling. */
function isLost({ error, attempts }: RequestEnded): boolean {
  return error?.class === 'worker_lost' || attempts.every(({ outcome }) => outcome === 'unknown');
}
