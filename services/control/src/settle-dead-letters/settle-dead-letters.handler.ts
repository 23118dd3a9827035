import { Injectable } from '@nestjs/common';
import {
  Consumer,
  type DeadLetter,
  type DeadLetterList,
  type DeadLetterPage,
  type DeadLetterRead,
  type DeadLetterWithContent,
} from '#libs/contracts';
import { DeadLetters, pageAfter, QueryRefused } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';
import type { StoredDeadLetter } from '../keep-dead-letters/dead-letter.js';
import { DeadLettersRepository } from '../keep-dead-letters/dead-letters.repository.js';
import { nameOfCaller, noteOf } from '../note-changes/change-note.js';
import { OutgoingMessagesRepository } from '../note-changes/outgoing-messages.repository.js';
import { OutgoingRelay } from '../note-changes/outgoing-relay.js';
import { toDeadLetterObject, withContent } from './dead-letter-object.policy.js';

const CONSUMERS: readonly string[] = Object.values(Consumer).map(({ name }) => name);

/** Dead letters for an operator: looked at, sent again, thrown away. Both of the latter stand in the trail. */
@Injectable()
export class SettleDeadLettersHandler {
  constructor(
    private readonly letters: DeadLettersRepository,
    private readonly stream: DeadLetters,
    private readonly outgoing: OutgoingMessagesRepository,
    private readonly relay: OutgoingRelay,
    private readonly logger: ServiceLogger,
  ) {}

  async list({ limit, ...selection }: DeadLetterList): Promise<DeadLetterPage> {
    const page = await this.letters.list({ ...selection, limit: limit + 1 });
    if (page.length === 0 && selection.consumer !== undefined) await this.requireConsumer(selection.consumer);
    const found = await pageAfter(page, { id: selection.after }, (id) => this.letters.find(id));
    return { object: 'list', data: found.slice(0, limit).map(toDeadLetterObject), has_more: found.length > limit };
  }

  /** Letters of a consumer that an older version had are found as long as they are kept. */
  private async requireConsumer(consumer: string): Promise<void> {
    if (CONSUMERS.includes(consumer) || (await this.letters.list({ consumer, limit: 1 })).length > 0) return;
    throw new QueryRefused({
      status: 400,
      code: 'invalid_value',
      message: `There is no consumer '${consumer}'. There is: ${CONSUMERS.join(', ')}.`,
      param: 'consumer',
    });
  }

  async read({ id }: DeadLetterRead): Promise<DeadLetterWithContent> {
    const letter = await this.letters.find(id);
    if (!letter) throw unknownLetter(id);
    return withContent(letter);
  }

  /**
   * Sends the message again, as it came, and settles the letter once the stream has it. If this process dies in between, the letter
   * rests still, and the stream drops what is sent a second time, or its consumers know that they have done it.
   * @throws QueryRefused 404, 409; MessagingError where the stream does not take it: nothing has happened then
   */
  redrive(command: DeadLetterRead): Promise<DeadLetter> {
    return this.settle(command, 'redriven', ({ id, subject, headers, payload }) =>
      this.stream.sendAgain({ letterId: id, subject, headers, payload: payload ?? Buffer.alloc(0) }),
    );
  }

  /** Throws the message away; that it was there stays on record. @throws QueryRefused 404, 409 */
  discard(command: DeadLetterRead): Promise<DeadLetter> {
    return this.settle(command, 'discarded', async () => undefined);
  }

  private async settle(
    { caller, id }: DeadLetterRead,
    status: 'redriven' | 'discarded',
    act: (letter: StoredDeadLetter) => Promise<void>,
  ): Promise<DeadLetter> {
    let isMine = false;
    const settled = await this.letters.settle({ id, status, by: nameOfCaller(caller) }, async (letter, transaction) => {
      isMine = true;
      const { consumer, subject, reason, deliveries, stackHash } = letter;
      const note = noteOf(caller, {
        type: `dead-letter.${status}`,
        subject: { kind: 'dead-letter', id },
        detail: { consumer, subject, reason, deliveries, stackHash },
      });
      await this.outgoing.add(transaction, [note]);
      await act(letter);
    });
    if (!settled) throw unknownLetter(id);
    if (!isMine) throw alreadySettled(settled);
    this.relay.nudge();
    await this.takeOut(settled);
    return toDeadLetterObject(settled);
  }

  /** What stays in the stream is known as settled, and goes with its age. */
  private async takeOut({ id, sequence, buriedAt }: StoredDeadLetter): Promise<void> {
    const place = { sequence, buriedAtMilliseconds: buriedAt.getTime() };
    await this.stream
      .remove(place)
      .catch((error: unknown) => this.logger.info({ id, error }, 'a settled dead letter stays in its stream'));
  }
}

function unknownLetter(id: string): QueryRefused {
  return new QueryRefused({
    status: 404,
    code: 'dead_letter_not_found',
    message: `No such dead letter: ${id.slice(0, 60)}; "switchyard dead-letters list" shows those that rest.`,
  });
}

function alreadySettled({ id, status, settledAt, settledBy }: StoredDeadLetter): QueryRefused {
  return new QueryRefused({
    status: 409,
    code: 'dead_letter_settled',
    message: `The dead letter ${id} was ${status} by ${settledBy} at ${settledAt?.toISOString()}; there is nothing left to do with it.`,
  });
}
