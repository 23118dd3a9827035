import { type DynamicModule, Module } from '@nestjs/common';
import { Readiness, Settings } from '#libs/runtime';
import { Logger } from '#libs/telemetry';
import { Database } from './database.js';
import type { ServiceSchema } from './database-options.js';
import { InboxPurge } from './inbox-purge.js';

/** A service's schema, and how long the rows of its inbox are kept where it has one. */
export interface StorageModuleOptions extends ServiceSchema {
  readonly inboxKeepMilliseconds?: number;
}

/**
 * Provides `Database` to a service. It connects in the background when the module starts, holds the service unready
 * ("Postgres") while it cannot, and closes last, after messages in flight are settled.
 */
@Module({})
export class StorageModule {
  static forService(options: StorageModuleOptions): DynamicModule {
    const { inboxKeepMilliseconds: keepMilliseconds, ...service } = options;
    const purge = keepMilliseconds === undefined ? [] : [purgeProvider(service.schema, keepMilliseconds)];
    return {
      module: StorageModule,
      global: true,
      providers: [databaseProvider(service), ...purge],
      exports: [Database],
    };
  }
}

function databaseProvider(service: ServiceSchema) {
  return {
    provide: Database,
    inject: [Settings, Readiness, Logger],
    useFactory: (settings: Settings, readiness: Readiness, log: Logger) => {
      if (settings.databaseUrl === undefined) {
        throw new Error(
          `DATABASE_URL is not set, and ${service.schema} keeps its rows in Postgres. Set it to postgres://user:password@host:5432/database.`,
        );
      }
      const database = new Database({
        ...service,
        url: settings.databaseUrl,
        tenantRole: settings.databaseTenantRole,
        log,
      });
      readiness.require('Postgres', () => database.isReady);
      return database;
    },
  };
}

function purgeProvider(schema: string, keepMilliseconds: number) {
  return {
    provide: InboxPurge,
    inject: [Database, Logger],
    useFactory: (database: Database, log: Logger) => new InboxPurge(database, { schema, keepMilliseconds, log }),
  };
}
