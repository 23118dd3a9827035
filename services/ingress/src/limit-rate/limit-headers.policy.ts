import { MEASURES, type MeasureStanding } from '#libs/limits';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * The headers that OpenAI's clients know: of requests and of tokens the limit that leaves the least. `reset` is how long the oldest
 * use still counts.
 */
export function limitHeaders(standings: readonly MeasureStanding[]): Record<string, string> {
  return { ...headersOf('requests', standings), ...headersOf('tokens', standings) };
}

/** The same in the words of Anthropic's clients, with the time of the reset. */
export function anthropicLimitHeaders(standings: readonly MeasureStanding[], now: number): Record<string, string> {
  return Object.fromEntries(
    (['requests', 'tokens'] as const).flatMap((unit) => {
      const standing = tightest(unit, standings);
      if (!standing) return [];
      const prefix = `anthropic-ratelimit-${unit}`;
      return [
        [`${prefix}-limit`, String(standing.limit)],
        [`${prefix}-remaining`, String(standing.remaining)],
        [`${prefix}-reset`, new Date(now + standing.resetMilliseconds).toISOString()],
      ];
    }),
  );
}

/** When to come back, in whole seconds and exactly; or that there is no use in it. */
export function retryHeaders(waitMilliseconds: number | undefined): Record<string, string> {
  if (waitMilliseconds === undefined) return { 'x-should-retry': 'false' };
  return {
    'retry-after': String(Math.max(1, Math.ceil(waitMilliseconds / SECOND))),
    'retry-after-ms': String(Math.ceil(waitMilliseconds)),
  };
}

function headersOf(unit: 'requests' | 'tokens', standings: readonly MeasureStanding[]): Record<string, string> {
  const standing = tightest(unit, standings);
  if (!standing) return {};
  return {
    [`x-ratelimit-limit-${unit}`]: String(standing.limit),
    [`x-ratelimit-remaining-${unit}`]: String(standing.remaining),
    [`x-ratelimit-reset-${unit}`]: duration(standing.resetMilliseconds),
  };
}

function tightest(unit: 'requests' | 'tokens', standings: readonly MeasureStanding[]): MeasureStanding | undefined {
  return standings
    .filter(({ measure }) => MEASURES[measure].unit === unit)
    .reduce<MeasureStanding | undefined>(
      (least, one) => (least && least.remaining <= one.remaining ? least : one),
      undefined,
    );
}

/** As OpenAI writes it: `6m0s`, `1.5s`, `20ms`. */
function duration(milliseconds: number): string {
  const whole = Math.max(0, Math.ceil(milliseconds));
  if (whole < SECOND) return `${whole}ms`;
  const hours = Math.floor(whole / HOUR);
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  const seconds = (whole % MINUTE) / SECOND;
  return `${hours > 0 ? `${hours}h` : ''}${hours + minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}
