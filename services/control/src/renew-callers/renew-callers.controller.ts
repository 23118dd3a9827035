import { Controller } from '@nestjs/common';

import { callersRenewSchema, Subject, type CallersRenew, type CallersRenewed } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';

import { RenewCallersHandler } from './renew-callers.handler.js';

@Controller()
export class RenewCallersController {
  constructor(private readonly handler: RenewCallersHandler) {}

  @AnswerQuery(Subject.callersRenew, callersRenewSchema)
  async renew(query: CallersRenew): Promise<CallersRenewed> {
    return this.handler.renew(query);
  }
}
