import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { ServiceName } from '#libs/contracts';
import { RethrowFilter } from '#libs/messaging';
import { NestLogger } from '#libs/telemetry';
import { ServiceProcess } from './service-process.js';

/** Runs a service that only speaks NATS, for ever; the whole of its `main.ts`. */
export async function runService({ name, module }: { name: ServiceName; module: Type }): Promise<void> {
  const service = await ServiceProcess.begin(name);
  const application = await NestFactory.createMicroservice<MicroserviceOptions>(service.rootModule(module), {
    strategy: service.messaging.strategy,
    logger: new NestLogger(service.logger),
    abortOnError: false,
  });
  application.useGlobalFilters(new RethrowFilter());
  await application.listen();
  service.endWith(() => application.close());
}
