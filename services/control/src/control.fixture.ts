import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';

import { MessagingModule, MessagingParts, RethrowFilter } from '#libs/messaging';
import { Readiness, ServiceLogger, Settings } from '#libs/runtime';
import { sha256Hex } from '#libs/secrets';
import { createLogger } from '#libs/telemetry';
import {
  createTestDatabase,
  eventually,
  startNatsForTests,
  startTcpProxy,
  type NatsForTests,
  type TcpProxy,
  type TestDatabase,
} from '#libs/testing';

import { ControlModule } from './control.module.js';

export const SECRET_KEY = Buffer.from('32 bytes, as jumpy foxes quit: v');

/** The whole of control on real servers, with a proxy before Postgres that can be cut. */
export interface ControlForTests {
  readonly application: INestMicroservice;
  readonly messaging: MessagingParts;
  readonly nats: NatsForTests;
  readonly database: TestDatabase;
  readonly proxy: TcpProxy;
  readonly save: (text: string) => void;
  readonly stop: () => Promise<void>;
}

@Module({})
class TestRootModule {}

export async function startControlForTests(
  text: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ControlForTests> {
  const nats = await startNatsForTests();
  const database = await createTestDatabase();
  const proxy = await startTcpProxy(database.url);
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-control-'));
  const file = join(folder, 'switchyard.yaml');
  writeFileSync(file, text);
  const logger = createLogger({ service: 'control', level: 'silent' });
  const messaging = await MessagingParts.open(nats.url, 'control', logger);
  const readiness = new Readiness();
  const providers = [
    {
      provide: Settings,
      useValue: Settings.read({
        NATS_URL: nats.url,
        DATABASE_URL: proxy.url,
        SWITCHYARD_CONFIG: file,
        SWITCHYARD_SECRET_KEY: SECRET_KEY.toString('base64'),
        SWITCHYARD_ADMIN_KEY_SHA256: sha256Hex('sk-bootstrap-admin'),
        ...settings,
      }),
    },
    { provide: ServiceLogger, useValue: logger },
    { provide: Readiness, useValue: readiness },
  ];
  const application = await NestFactory.createMicroservice<MicroserviceOptions>(
    {
      module: TestRootModule,
      global: true,
      imports: [MessagingModule.for(messaging), ControlModule],
      providers,
      exports: [Settings, ServiceLogger, Readiness],
    },
    { strategy: messaging.strategy, logger: false, abortOnError: false },
  );
  application.useGlobalFilters(new RethrowFilter());
  await application.listen();
  await eventually(() => {
    if (readiness.missing().length > 0 || !messaging.keys.isRead) throw new Error(readiness.missing().join());
  });
  return {
    application,
    messaging,
    nats,
    database,
    proxy,
    save: (changed) => writeFileSync(file, changed),
    stop: async () => {
      await messaging.strategy.close();
      await application.close();
      await messaging.close();
      await proxy.stop();
      await database.drop();
      await nats.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
