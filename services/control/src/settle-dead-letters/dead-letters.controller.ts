import { Controller } from '@nestjs/common';
import {
  deadLetterListSchema,
  deadLetterReadSchema,
  Subject,
  type DeadLetter,
  type DeadLetterList,
  type DeadLetterPage,
  type DeadLetterRead,
  type DeadLetterWithContent,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { SettleDeadLettersHandler } from './settle-dead-letters.handler.js';

/** Answers what ingress asks for operators; who may is for ingress to know. */
@Controller()
export class DeadLettersController {
  constructor(private readonly letters: SettleDeadLettersHandler) {}

  @AnswerQuery(Subject.deadLetterList, deadLetterListSchema)
  list(query: DeadLetterList): Promise<DeadLetterPage> {
    return this.letters.list(query);
  }

  @AnswerQuery(Subject.deadLetterRead, deadLetterReadSchema)
  read(query: DeadLetterRead): Promise<DeadLetterWithContent> {
    return this.letters.read(query);
  }

  @AnswerQuery(Subject.deadLetterRedrive, deadLetterReadSchema)
  redrive(command: DeadLetterRead): Promise<DeadLetter> {
    return this.letters.redrive(command);
  }

  @AnswerQuery(Subject.deadLetterDiscard, deadLetterReadSchema)
  discard(command: DeadLetterRead): Promise<DeadLetter> {
    return this.letters.discard(command);
  }
}
