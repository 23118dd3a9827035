import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Consumer } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { StreamState } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { Logger } from '#libs/telemetry';
import { nextTrailState, trailVerdict, type TrailState } from './trail-verdict.policy.js';

const LOOK_EVERY_MILLISECONDS = 2_000;

/** Lets no request in that could not be recorded: looks every two seconds how the spool of the trail stands, and never while a request waits. */
@Injectable()
export class TrailGate implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private state: TrailState | undefined;
  private timer: NodeJS.Timeout | undefined;
  private verdict: ReturnType<typeof trailVerdict> = 'open';

  constructor(
    private readonly streams: StreamState,
    private readonly settings: Settings,
    private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MILLISECONDS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** @throws DialectError 503 */
  pass(): void {
    if (this.verdict === 'open') return;
    const reason =
      this.verdict === 'full'
        ? 'the spool of the audit trail is full'
        : 'the audit trail records nothing now, and this installation makes no calls that it does not record';
    throw new DialectError(503, 'audit_unavailable', `Nothing is accepted for the moment: ${reason}.`);
  }

  /** What is not known changes nothing: without a connection to NATS requests are refused anyway. */
  async look(now: number = Date.now()): Promise<void> {
    try {
      this.state = nextTrailState(this.state, await this.streams.spool(Consumer.audit), now);
    } catch (error) {
      this.log.debug({ error }, 'how the spool of the trail stands is not known');
      return;
    }
    const before = this.verdict;
    this.verdict = trailVerdict(this.state, this.settings.auditBehind, now);
    if (this.verdict !== before)
      this.log.warn({ verdict: this.verdict, ...this.state.spool }, 'admission by the trail changed');
  }
}
