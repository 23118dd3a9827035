import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { ServiceName } from '#libs/contracts';
import { RethrowFilter } from '#libs/messaging';
import { NestLogger } from '#libs/telemetry';
import { ServiceProcess } from './service-process.js';

/** Which service to run. One that `needsConfiguration` takes no message before it holds a snapshot. */
export interface RunServiceOptions {
  readonly name: ServiceName;
  readonly module: Type;
  readonly needsConfiguration?: boolean;
}

/** Runs a service that only speaks NATS, for ever; the whole of its `main.ts`. */
export async function runService({ name, module, needsConfiguration = false }: RunServiceOptions): Promise<void> {
  const service = await ServiceProcess.begin(name);
  const application = await NestFactory.createMicroservice<MicroserviceOptions>(service.rootModule(module), {
    strategy: service.messaging.strategy,
    logger: new NestLogger(service.logger),
    abortOnError: false,
  });
  application.useGlobalFilters(new RethrowFilter());
  // A router or a worker that knows no model yet would end the requests it takes as impossible.
  if (needsConfiguration) await service.messaging.snapshotWatch.ready;
  await application.listen();
  service.endWith(() => application.close());
}
