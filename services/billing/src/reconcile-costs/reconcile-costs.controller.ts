import { Controller } from '@nestjs/common';
import { reconciliationRunSchema, Subject, type ReconciliationReply, type ReconciliationRun } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { ReconcileCostsHandler } from './reconcile-costs.handler.js';

@Controller()
export class ReconcileCostsController {
  constructor(private readonly handler: ReconcileCostsHandler) {}

  @AnswerQuery(Subject.reconciliationRun, reconciliationRunSchema)
  async run(query: ReconciliationRun): Promise<ReconciliationReply> {
    return this.handler.reconcile(query);
  }
}
