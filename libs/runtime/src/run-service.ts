import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { ServiceName } from '#libs/contracts';
import { RethrowFilter } from '#libs/messaging';
import { NestLogger } from '#libs/telemetry';
import { needsMet, type ServiceNeeds } from './service-needs.js';
import { ServiceProcess } from './service-process.js';

/** Which service to run, and what it waits for before it takes a message. */
export interface RunServiceOptions extends ServiceNeeds {
  readonly name: ServiceName;
  readonly module: Type;
}

/** Runs a service that only speaks NATS, for ever; the whole of its `main.ts`. */
export async function runService({ name, module, ...needs }: RunServiceOptions): Promise<void> {
  const service = await ServiceProcess.begin(name);
  const application = await NestFactory.createMicroservice<MicroserviceOptions>(service.rootModule(module), {
    strategy: service.messaging.strategy,
    logger: new NestLogger(service.logger),
    abortOnError: false,
  });
  application.useGlobalFilters(new RethrowFilter());
  await needsMet(needs, service.messaging);
  await application.listen();
  service.endWith(() => application.close());
}
