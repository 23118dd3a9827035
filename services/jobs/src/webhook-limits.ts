const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Every bound of webhooks, by name; times in milliseconds, sizes in bytes. */
export class WebhookLimits {
  /** The waits before each further attempt. The last is begun 69½ hours after the first, or up to a tenth earlier. */
  readonly retryScheduleMilliseconds: readonly number[] = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    18 * HOUR,
    20 * HOUR,
  ];
  /** Each wait is shortened by chance by up to this part of it, so that not all that failed together comes again together. */
  readonly retryJitter: number = 0.1;
  /** Longest wait that a receiver may ask for by `Retry-After`. */
  readonly longestRetryAfterMilliseconds: number = DAY;
  /** How long an endpoint is left alone that answers 429, 502 or 504 without saying how long. */
  readonly throttleMilliseconds: number = 30 * SECOND;
  /** From the look at the name to the answer; Standard Webhooks asks for 15 to 30 s. */
  readonly timeoutMilliseconds: number = 20 * SECOND;
  /** How long a process that fell silent keeps a delivery to itself; longer than an attempt and its note take. */
  readonly leaseMilliseconds: number = 40 * SECOND;
  readonly responseBytes: number = 1_024;

  /** Deliveries that one process has under way to endpoints that are well, and to those that fail: these cannot take the others' places. */
  readonly placesForWell: number = 48;
  readonly placesForFailing: number = 16;
  /** Most deliveries under way over all processes. An endpoint that fails has one, so that it costs little until it is well. */
  readonly atOncePerEndpoint: number = 8;
  readonly atOncePerFailingEndpoint: number = 1;
  readonly atOncePerProject: number = 16;

  /** How often the database is asked for what is due: as long as there is nothing, and while there is. */
  readonly pollMilliseconds: number = 250;
  readonly busyPollMilliseconds: number = 25;
  readonly stopGraceMilliseconds: number = 2_000;

  readonly endpointsPerProject: number = 50;
  /** How long both secrets sign after a rotation unless the caller says otherwise, and the longest that may be asked for. */
  readonly overlapMilliseconds: number = DAY;
  readonly longestOverlapMilliseconds: number = 7 * DAY;
  readonly pageRows: number = 100;
  /** Most deliveries that one request replays. */
  readonly replayAtOnce: number = 10_000;
  /** How long events and their deliveries are kept, and how often old ones are dropped. */
  readonly keepMilliseconds: number = 30 * DAY;
  readonly dropMilliseconds: number = HOUR;

  constructor(overrides: Partial<WebhookLimits> = {}) {
    Object.assign(this, overrides);
  }
}
