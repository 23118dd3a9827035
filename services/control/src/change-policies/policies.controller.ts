import { Controller } from '@nestjs/common';

import {
  type PolicyChangeReply,
  type PolicyList,
  policyListSchema,
  type PolicyListReply,
  type PolicyPromote,
  policyPromoteSchema,
  type PolicyRollBack,
  policyRollBackSchema,
  type PolicyTry,
  policyTrySchema,
  Subject,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';

import { ChangePoliciesHandler } from './change-policies.handler.js';
import { ListPoliciesHandler } from './list-policies.handler.js';

@Controller()
export class PoliciesController {
  constructor(
    private readonly lists: ListPoliciesHandler,
    private readonly changes: ChangePoliciesHandler,
  ) {}

  @AnswerQuery(Subject.policyList, policyListSchema)
  async list(query: PolicyList): Promise<PolicyListReply> {
    return this.lists.list(query);
  }

  @AnswerQuery(Subject.policyTry, policyTrySchema)
  async try(command: PolicyTry): Promise<PolicyChangeReply> {
    return this.changes.try(command);
  }

  @AnswerQuery(Subject.policyPromote, policyPromoteSchema)
  async promote(command: PolicyPromote): Promise<PolicyChangeReply> {
    return this.changes.promote(command);
  }

  @AnswerQuery(Subject.policyRollBack, policyRollBackSchema)
  async rollBack(command: PolicyRollBack): Promise<PolicyChangeReply> {
    return this.changes.rollBack(command);
  }
}
