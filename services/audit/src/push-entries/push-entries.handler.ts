import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { GuardedSender, GuardedSockets } from '#libs/outbound';
import { Settings } from '#libs/runtime';
import { Logger, metrics } from '#libs/telemetry';
import { isHttp, type Destination } from './destination.schema.js';
import { NotTaken, sendByHttp } from './http-door.js';
import { PushesRepository, type PushSize } from './pushes.repository.js';
import { sendBySyslog } from './syslog-door.js';

const SIZE: PushSize = { entries: 500, bytes: 1024 * 1024 };
const SYSLOG_PORTS = [6_514];
const FIRST_PAUSE_MILLISECONDS = 1_000;
const LONGEST_PAUSE_MILLISECONDS = 300_000;

interface Pause {
  readonly failures: number;
  readonly until: number;
}

/** Sends a destination what it has yet to be sent, in the order of each log; one that fails is left alone for longer each time. */
@Injectable()
export class PushEntriesHandler implements OnApplicationShutdown {
  private readonly sender: GuardedSender;
  private readonly sockets: GuardedSockets;
  private readonly pauses = new Map<string, Pause>();

  constructor(
    private readonly pushes: PushesRepository,
    private readonly settings: Settings,
    private readonly log: Logger,
  ) {
    const allow = settings.auditPushAllow;
    this.sender = new GuardedSender({ allow });
    this.sockets = new GuardedSockets({ allow, ports: SYSLOG_PORTS });
  }

  /** Resolves when the destination has all there is, has failed, or `signal` says to stop. */
  async push(destination: Destination, signal: AbortSignal, now: () => number = Date.now): Promise<void> {
    await this.pushes.begin(destination);
    const { name } = destination;
    const pause = this.pauses.get(name);
    if (pause === undefined || now() >= pause.until) {
      try {
        const size = { ...SIZE, holder: this.settings.instance };
        const door = this.door(destination, signal);
        while (!signal.aborted && (await this.pushes.send(destination, size, door)) > 0);
        if (pause) this.log.info({ destination: name }, 'a destination of the trail takes entries again');
        this.pauses.delete(name);
      } catch (error) {
        if (!signal.aborted) this.pauseAfter(error, name, now());
      }
    }
    metrics.auditPushLag.set({ destination: name }, await this.pushes.lag(destination));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.sender.close();
  }

  private door(destination: Destination, signal: AbortSignal): Parameters<PushesRepository['send']>[2] {
    return isHttp(destination.url)
      ? (entries) => sendByHttp(this.sender, destination, { entries, signal })
      : (entries) => sendBySyslog(this.sockets, destination, entries);
  }

  private pauseAfter(error: unknown, name: string, now: number): void {
    const failures = (this.pauses.get(name)?.failures ?? 0) + 1;
    const asked = error instanceof NotTaken ? error.retryAfterMilliseconds : undefined;
    const usual = Math.min(LONGEST_PAUSE_MILLISECONDS, FIRST_PAUSE_MILLISECONDS * 2 ** (failures - 1));
    const milliseconds = Math.min(LONGEST_PAUSE_MILLISECONDS, Math.max(usual, asked ?? 0));
    this.pauses.set(name, { failures, until: now + milliseconds });
    const reason = error instanceof Error ? error.message : String(error);
    this.log.warn({ destination: name, failures, reason, milliseconds }, 'a destination of the trail takes no entries');
  }
}
