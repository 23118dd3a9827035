import { breakerRecordSchema, workerReportSchema, type BreakerRecord, type WorkerReport } from '#libs/contracts';

const OBSERVED = 'observed.';
const BREAKER = 'breaker.';
const IDLE = 'idle.';

/** The key of the bucket `health` under which a worker reports. */
export function reportKey(worker: string): string {
  return OBSERVED + worker;
}

/** The key of the bucket `health` of an unwell target. */
export function breakerKey(provider: string, model: string): string {
  return `${BREAKER}${provider}.${Buffer.from(model).toString('base64url')}`;
}

/** The key of the bucket `health` that says when a provider was asked whether it is there while nobody called it. */
export function idleKey(provider: string): string {
  return IDLE + provider;
}

/** An entry of the bucket `health`; undefined for a key that is none of ours, or a value of another version. */
export type HealthEntry =
  | { readonly kind: 'report'; readonly worker: string; readonly report: WorkerReport | undefined }
  | {
      readonly kind: 'breaker';
      readonly provider: string;
      readonly model: string;
      readonly breaker: BreakerRecord | undefined;
    };

/** Reads an entry; `value` is undefined where it was removed. */
export function readEntry(key: string, value: unknown): HealthEntry | undefined {
  if (key.startsWith(OBSERVED)) {
    const worker = key.slice(OBSERVED.length);
    if (value === undefined) return { kind: 'report', worker, report: undefined };
    const report = workerReportSchema.safeParse(value).data;
    return report && { kind: 'report', worker, report };
  }
  const [, provider, encoded] = key.startsWith(BREAKER) ? key.split('.') : [];
  if (provider === undefined || encoded === undefined) return undefined;
  const model = Buffer.from(encoded, 'base64url').toString();
  if (value === undefined) return { kind: 'breaker', provider, model, breaker: undefined };
  const breaker = breakerRecordSchema.safeParse(value).data;
  return breaker && { kind: 'breaker', provider, model, breaker };
}
