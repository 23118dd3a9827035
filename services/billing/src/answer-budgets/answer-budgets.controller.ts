import { Controller } from '@nestjs/common';
import {
  type BudgetGrant,
  type BudgetGrantReply,
  budgetGrantSchema,
  type BudgetList,
  type BudgetListReply,
  budgetListSchema,
  type LedgerVerify,
  type LedgerVerifyReply,
  ledgerVerifySchema,
  Subject,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { GrantCreditHandler } from '../grant-credit/grant-credit.handler.js';
import { VerifyLedgerHandler } from '../verify-ledger/verify-ledger.handler.js';
import { AnswerBudgetsHandler } from './answer-budgets.handler.js';

@Controller()
export class AnswerBudgetsController {
  constructor(
    private readonly budgets: AnswerBudgetsHandler,
    private readonly credits: GrantCreditHandler,
    private readonly ledger: VerifyLedgerHandler,
  ) {}

  @AnswerQuery(Subject.budgetList, budgetListSchema)
  list(query: BudgetList): Promise<BudgetListReply> {
    return this.budgets.list(query);
  }

  @AnswerQuery(Subject.budgetGrant, budgetGrantSchema)
  grant(query: BudgetGrant): Promise<BudgetGrantReply> {
    return this.credits.grant(query);
  }

  @AnswerQuery(Subject.ledgerVerify, ledgerVerifySchema)
  verify(query: LedgerVerify): Promise<LedgerVerifyReply> {
    return this.ledger.verify(query);
  }
}
