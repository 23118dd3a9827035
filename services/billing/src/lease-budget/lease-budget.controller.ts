import { Controller } from '@nestjs/common';
import {
  type BudgetLease,
  type BudgetLeaseReply,
  budgetLeaseSchema,
  type BudgetReturn,
  budgetReturnSchema,
  Subject,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { LeaseBudgetHandler } from './lease-budget.handler.js';

@Controller()
export class LeaseBudgetController {
  constructor(private readonly handler: LeaseBudgetHandler) {}

  @AnswerQuery(Subject.budgetLease, budgetLeaseSchema)
  lease(query: BudgetLease): Promise<BudgetLeaseReply> {
    return this.handler.lease(query);
  }

  @AnswerQuery(Subject.budgetReturn, budgetReturnSchema)
  giveBack(query: BudgetReturn): Promise<{ returned: number }> {
    return this.handler.giveBack(query);
  }
}
