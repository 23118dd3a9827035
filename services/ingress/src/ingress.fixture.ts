import { ModulesContainer, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Module } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { Snapshot } from '#libs/contracts';
import { MessagingModule, MessagingParts } from '#libs/messaging';
import { Readiness, RequestSeals, Settings, Shutdown } from '#libs/runtime';
import { createLogger, Logger } from '#libs/telemetry';
import { eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { Authentication } from './authenticate/authentication.js';
import { refuseStrangersEarly } from './authenticate/refuse-strangers-early.js';
import { liveRoutes, type LiveRoute } from './describe-api/live-routes.js';
import { createHttpAdapter } from './http/create-http-adapter.js';
import { IdempotentRequests } from './repeat-request/idempotent-requests.js';
import { holdRepeats } from './repeat-request/hold-repeats.js';
import { IngressModule } from './ingress.module.js';

/** The whole ingress on a real nats-server, with a configuration of the test's, and no other service behind it. */
export interface IngressForTests {
  readonly http: FastifyInstance;
  readonly messaging: MessagingParts;
  /** Every route that the server answers at, as it itself lists them. */
  readonly routes: readonly LiveRoute[];
  readonly stop: () => Promise<void>;
}

export const SECRET_KEY = Buffer.from('32 bytes, as jumpy foxes quit: v');

@Module({})
class RootModule {}

/** `shared`: a nats-server that other processes use as well, and that is left running; `settings`: more variables. */
export async function startIngressForTests(
  snapshot: Snapshot,
  shared?: NatsForTests,
  settings: Readonly<Record<string, string>> = {},
): Promise<IngressForTests> {
  const nats = shared ?? (await startNatsForTests());
  const log = createLogger({ service: 'test', level: 'silent' });
  const messaging = await MessagingParts.open(nats.url, 'ingress', log);
  await messaging.snapshots.write(snapshot);
  await eventually(() => {
    if (!messaging.snapshotWatch.current) throw new Error('no snapshot yet');
  });
  const { adapter } = await createHttpAdapter();
  const http = adapter.getInstance<FastifyInstance>();
  const listed: { method: string; url: string }[] = [];
  http.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') listed.push({ method: one, url });
  });
  const providers = [
    {
      provide: Settings,
      useValue: Settings.read({
        NATS_URL: nats.url,
        SWITCHYARD_SECRET_KEY: SECRET_KEY.toString('base64'),
        ...settings,
      }),
    },
    { provide: Logger, useValue: log },
    { provide: Readiness, useValue: new Readiness() },
    { provide: Shutdown, useValue: new Shutdown() },
    { provide: RequestSeals, useValue: new RequestSeals({ requestSealFile: undefined }) },
  ];
  const root = { module: RootModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
  const application = await NestFactory.create<NestFastifyApplication>(
    { ...root, imports: [MessagingModule.for(messaging), IngressModule] },
    adapter,
    { logger: false, bodyParser: false, abortOnError: false },
  );
  refuseStrangersEarly(adapter, application.get(Authentication));
  holdRepeats(adapter, application.get(Authentication), application.get(IdempotentRequests));
  await application.init();
  await http.ready();
  await eventually(() => {
    if (!messaging.keys.isRead) throw new Error('no keys yet');
  });
  const answered = new Map(
    liveRoutes(application.get(ModulesContainer)).map((route) => [`${route.method} ${route.url}`, route]),
  );
  return {
    http,
    messaging,
    routes: listed.map((route) => ({ ...route, ...(answered.get(`${route.method} ${route.url}`) ?? { ...NOBODY }) })),
    stop: async () => {
      await application.close();
      await messaging.close();
      if (!shared) await nats.stop();
    },
  };
}

const NOBODY = { handler: 'registered beside Nest', rule: undefined, description: undefined, feature: undefined };
