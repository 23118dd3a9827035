import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Subject } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { mergeMetrics, METRICS_CONTENT_TYPE } from '#libs/telemetry';
import { Permit, Public } from '../authenticate/permit.js';
import { AskStackHandler } from './ask-stack.handler.js';

const METRICS_WAIT_MILLISECONDS = 500;

/** `GET /healthz` (this process lives), `GET /readyz` (every service of the stack answers) and `GET /metrics`. */
@Controller()
export class HealthController {
  constructor(
    private readonly stack: AskStackHandler,
    private readonly messaging: Messaging,
  ) {}

  @Get('healthz')
  @Public()
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Public()
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { missing, notices } = await this.stack.ask();
    const isReady = missing.length === 0;
    await reply.status(isReady ? 200 : 503).send({
      status: isReady ? 'ready' : 'not_ready',
      missing,
      ...(notices.length > 0 ? { notices } : {}),
    });
  }

  @Get('metrics')
  @Permit('read', 'Operations')
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const replies = await this.messaging.askAll(Subject.metricsAsk, { timeoutMilliseconds: METRICS_WAIT_MILLISECONDS });
    await reply.type(METRICS_CONTENT_TYPE).send(mergeMetrics(replies.map((message) => message.text())));
  }
}
