import { Module } from '@nestjs/common';
import { PlanRouteController } from './plan-route/plan-route.controller.js';
import { PlanRouteHandler } from './plan-route/plan-route.handler.js';

@Module({ controllers: [PlanRouteController], providers: [PlanRouteHandler] })
export class RouterModule {}
