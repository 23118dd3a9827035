import { isUtf8 } from 'node:buffer';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Facts, RequestEnded } from '#libs/contracts';
import { BodyClaims } from '#libs/messaging';
import { Logger } from '#libs/telemetry';

/**
 * Largest answer that travels behind its terminal event. Bytes that are no UTF-8 triple as text, and both have to fit in a
 * message of 1 MiB, which is what a NATS server takes by default.
 */
const MOST_INLINE_BYTES = 320 * 1024;
const KEEP_TRYING_MILLISECONDS = 120_000;
const JSON_TYPE = 'application/json';
const MOST_TYPE_CHARACTERS = 200;
const RETRY_DELAY_MILLISECONDS = 250;

/** Keeps the answers of batch lines and jobs for the jobs service: behind the terminal event, or by claim check where they are large. */
@Injectable()
export class DurableAnswers {
  constructor(
    private readonly bodies: BodyClaims,
    private readonly logger: Logger,
  ) {}

  /**
   * The `answer` of the terminal event; undefined in the interactive lane, and where a large answer cannot be stored for two
   * minutes: the line then fails, but the call that was made is on record and is not made again. Of a job's answer the type goes
   * along, and bytes that are no text go by claim check, since they must come out as they are.
   */
  async keep({ requestId, job }: Facts, body: Uint8Array, contentType: string): Promise<RequestEnded['answer']> {
    if (!job) return undefined;
    const isJob = 'jobId' in job;
    const type = isJob && contentType !== JSON_TYPE ? { contentType: contentType.slice(0, MOST_TYPE_CHARACTERS) } : {};
    if (body.length <= MOST_INLINE_BYTES && (!isJob || isUtf8(body)))
      return { status: 200, ...type, body: Buffer.from(body).toString('utf8') };
    const claim = `answer-${requestId}`;
    const giveUpAt = performance.now() + KEEP_TRYING_MILLISECONDS;
    for (;;) {
      try {
        await this.bodies.put(claim, body);
        return { status: 200, ...type, claim };
      } catch (error) {
        if (performance.now() >= giveUpAt) {
          this.logger.error({ requestId, bytes: body.length, error }, 'a large answer could not be stored and is lost');
          return undefined;
        }
        await pause(RETRY_DELAY_MILLISECONDS);
      }
    }
  }
}
