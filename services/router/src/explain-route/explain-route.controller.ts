import { Controller } from '@nestjs/common';
import { routeExplainSchema, Subject, type RouteExplain, type RouteExplainReply } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { NoEligibleTarget } from '#libs/routing';
import { PlanRouteHandler } from '../plan-route/plan-route.handler.js';

/** Says how a request would be routed now. Nobody is called, and nothing is counted. */
@Controller()
export class ExplainRouteController {
  constructor(private readonly handler: PlanRouteHandler) {}

  @AnswerQuery(Subject.routeExplain, routeExplainSchema)
  async explain({ facts }: RouteExplain): Promise<RouteExplainReply> {
    if (!this.handler.knows(facts)) await this.handler.catchUp(facts);
    try {
      const { decision, targets, execution } = this.handler.decide(facts);
      return { decision, targets, ...(execution ? { execution } : {}) };
    } catch (error) {
      if (!(error instanceof NoEligibleTarget)) throw error;
      const { errorClass, code, message, status } = error;
      return {
        decision: this.handler.refusedDecision(error),
        targets: [],
        refusal: { class: errorClass, code, message, status },
      };
    }
  }
}
