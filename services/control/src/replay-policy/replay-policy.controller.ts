import { Controller } from '@nestjs/common';

import { type PolicyReplay, policyReplaySchema, type PolicyReplayReply, Subject } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';

import { ReplayPolicyHandler } from './replay-policy.handler.js';

@Controller()
export class ReplayPolicyController {
  constructor(private readonly handler: ReplayPolicyHandler) {}

  @AnswerQuery(Subject.policyReplay, policyReplaySchema)
  async replay(query: PolicyReplay): Promise<PolicyReplayReply> {
    return this.handler.replay(query);
  }
}
