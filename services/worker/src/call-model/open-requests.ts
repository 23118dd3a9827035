import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { openRequestsSchema, Subject } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { Logger } from '#libs/telemetry';

const TRIES = 3;
const ANSWER_WITHIN_MILLISECONDS = 2_000;
const PAUSE_MILLISECONDS = 1_000;

/** Knows from the jobs service which requests of the durable lane have no result yet. */
@Injectable()
export class OpenRequests {
  constructor(
    private readonly messaging: Messaging,
    private readonly logger: Logger,
  ) {}

  /**
   * Those that are to be called. Where nobody can say, all of them: a call too many is on record and charged once, while one too
   * few would never end.
   */
  async among(requestIds: readonly string[]): Promise<ReadonlySet<string>> {
    for (let tries = 1; ; tries++) {
      try {
        const { open } = await this.messaging.ask(
          Subject.openRequestList,
          { requestIds },
          openRequestsSchema,
          ANSWER_WITHIN_MILLISECONDS,
        );
        return new Set(open);
      } catch (error) {
        if (tries >= TRIES) {
          this.logger.warn(
            { requests: requestIds.length, error },
            'nobody can say which requests have ended; all are called',
          );
          return new Set(requestIds);
        }
      }
      await pause(PAUSE_MILLISECONDS);
    }
  }
}
