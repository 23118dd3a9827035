import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { CallerKeyGuard, type AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { ExplainRouteHandler } from './explain-route.handler.js';

/** How a request would be routed now, and why. */
@Controller('v1/route')
@UseGuards(CallerKeyGuard)
export class ExplainRouteController {
  constructor(private readonly handler: ExplainRouteHandler) {}

  @Post('explain')
  @HttpCode(200)
  explain(@Req() request: AuthenticatedRequest): Promise<Record<string, unknown>> {
    return this.handler.handle(request);
  }
}
