import { Controller } from '@nestjs/common';
import { type HoldPlace, type HoldPlaceReply, holdPlaceSchema, Subject } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { PlaceHoldHandler } from './place-hold.handler.js';

@Controller()
export class PlaceHoldController {
  constructor(private readonly handler: PlaceHoldHandler) {}

  @AnswerQuery(Subject.holdPlace, holdPlaceSchema)
  place(query: HoldPlace): Promise<HoldPlaceReply> {
    return this.handler.place(query);
  }
}
