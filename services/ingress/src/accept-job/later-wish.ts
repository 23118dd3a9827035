import { DialectError } from '#libs/dialects';

const RUN_AT = 'x-switchyard-run-at';
/** ISO 8601 with a zone: without one it would be a time of a place that nobody knows. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/i;
const MOST_WAIT_SECONDS = 60;

/** That a request is to be answered later: when it is to run, and how long the caller would wait for its end all the same. */
export interface LaterWish {
  /** Milliseconds since the epoch; absent: at once. */
  readonly runAt?: number;
  readonly waitSeconds: number;
  /** Whether it was asked for as a preference (RFC 7240), which the answer then says was followed. */
  readonly isPreference: boolean;
}

/**
 * Reads whether a request is to be answered later: `Prefer: respond-async`, with `wait=` as in RFC 7240, or
 * `X-Switchyard-Run-At` with an ISO time. Undefined where the caller waits. @throws DialectError 400 for a time that is none.
 */
export function laterWish(headerOf: (name: string) => string | undefined): LaterWish | undefined {
  const runAt = timeIn(headerOf(RUN_AT));
  const preferences = preferencesIn(headerOf('prefer'));
  const isPreference = preferences.has('respond-async');
  if (!isPreference && runAt === undefined) return undefined;
  const wait = Number(preferences.get('wait') ?? 0);
  return {
    isPreference,
    waitSeconds: Number.isInteger(wait) && wait > 0 ? Math.min(wait, MOST_WAIT_SECONDS) : 0,
    ...(runAt === undefined ? {} : { runAt }),
  };
}

/** Preferences by their lower-case names; the first of a name counts, and what is no preference is ignored, as the RFC wants. */
function preferencesIn(header: string | undefined): Map<string, string> {
  const preferences = new Map<string, string>();
  for (const part of header?.split(',') ?? []) {
    const [name = '', value = ''] = (part.split(';')[0] ?? '').split('=').map((text) => text.trim());
    const key = name.toLowerCase();
    if (key !== '' && !preferences.has(key)) preferences.set(key, value.replace(/^"(.*)"$/, '$1'));
  }
  return preferences;
}

function timeIn(header: string | undefined): number | undefined {
  const text = header?.trim();
  if (text === undefined || text === '') return undefined;
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(time)) return time;
  throw new DialectError(
    400,
    'invalid_run_at',
    `The header '${RUN_AT}' must be an ISO time with its zone, such as 2026-12-01T06:00:00Z.`,
    RUN_AT,
  );
}
