import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ServiceProcess } from '#libs/runtime';
import { NestLogger } from '#libs/telemetry';
import { Authentication } from './authenticate/authentication.js';
import { refuseStrangersEarly } from './authenticate/refuse-strangers-early.js';
import { createHttpAdapter } from './http/create-http-adapter.js';
import { IdempotentRequests } from './repeat-request/idempotent-requests.js';
import { holdRepeats } from './repeat-request/hold-repeats.js';
import { IngressModule } from './ingress.module.js';

const service = await ServiceProcess.begin('ingress');
const { adapter, stopAccepting } = await createHttpAdapter(service.settings.trustedProxies, service.settings.http);
const application = await NestFactory.create<NestFastifyApplication>(service.rootModule(IngressModule), adapter, {
  logger: new NestLogger(service.logger),
  bodyParser: false,
  abortOnError: false,
});
refuseStrangersEarly(adapter, application.get(Authentication));
holdRepeats(adapter, application.get(Authentication), application.get(IdempotentRequests));
await application.listen(service.settings.port, service.settings.host);
service.endWith(() => {
  stopAccepting();
  return application.close();
});
