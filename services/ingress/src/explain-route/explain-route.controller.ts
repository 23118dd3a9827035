import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { ExplainRouteHandler } from './explain-route.handler.js';

/** How a request would be routed now, and why. */
@Controller('v1/route')
@Permit('use', 'Route')
export class ExplainRouteController {
  constructor(private readonly handler: ExplainRouteHandler) {}

  @Post('explain')
  @HttpCode(200)
  explain(@Req() request: AuthenticatedRequest): Promise<Record<string, unknown>> {
    return this.handler.handle(request);
  }
}
