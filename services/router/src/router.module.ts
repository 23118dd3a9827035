import { Module } from '@nestjs/common';
import { ShadowCopies } from './copy-request/shadow-copies.js';
import { ExplainRouteController } from './explain-route/explain-route.controller.js';
import { LiveTargets } from './follow-targets/live-targets.js';
import { PlanRouteController } from './plan-route/plan-route.controller.js';
import { PlanRouteHandler } from './plan-route/plan-route.handler.js';

@Module({
  controllers: [PlanRouteController, ExplainRouteController],
  providers: [PlanRouteHandler, LiveTargets, ShadowCopies],
})
export class RouterModule {}
