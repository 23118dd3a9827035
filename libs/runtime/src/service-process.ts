import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { Subject, type Health, type ServiceName } from '#libs/contracts';
import { MessagingModule, MessagingParts } from '#libs/messaging';
import {
  createLogger,
  Logger,
  renderMetrics,
  startTelemetry,
  type LogLevel,
  type TelemetryHandle,
} from '#libs/telemetry';
import { Readiness } from './readiness.js';
import { RequestSeals } from './request-seals.js';
import { missingSealWarning } from './seal-use.policy.js';
import { Settings } from './settings.js';
import { Shutdown } from './shutdown.js';

const SHUTDOWN_GRACE_MILLISECONDS = 20_000;
const SHUTDOWN_LIMIT_MILLISECONDS = 25_000;
const SERVICE_VERSION = '0.1.0';

@Module({})
class ServiceRootModule {}

/**
 * One service's process from start to end: settings, log, telemetry, NATS, health answers, and a graceful end on SIGTERM (or
 * when the process that started it is gone): nothing new is taken, what is in flight is finished, then it leaves.
 */
export class ServiceProcess {
  readonly readiness = new Readiness();
  private readonly shutdown = new Shutdown();
  private isStopping = false;

  private constructor(
    readonly name: ServiceName,
    readonly settings: Settings,
    readonly logger: Logger,
    readonly messaging: MessagingParts,
    private readonly telemetry: TelemetryHandle,
  ) {}

  /** Connects to NATS (waiting for it as long as it takes) and starts to answer for its health. */
  static async begin(name: ServiceName): Promise<ServiceProcess> {
    process.once('disconnect', leaveAtOnce);
    const settings = readSettingsOrExit(name);
    const logger = createLogger({ service: name, level: (settings.logLevel ?? 'info') as LogLevel });
    exitOnDefect(logger);
    const warning = missingSealWarning(name, settings);
    if (warning !== undefined) logger.warn(warning);
    const identity = { serviceName: name, serviceVersion: SERVICE_VERSION, instanceId: settings.instance };
    const telemetry = await startTelemetry({ ...identity, logger });
    const messaging = await openMessaging(name, settings, logger);
    const service = new ServiceProcess(name, settings, logger, messaging, telemetry);
    service.readiness.require('NATS', () => messaging.messaging.isConnected);
    service.answerForHealth();
    return service;
  }

  /** The service's module with what every service may inject: Settings, Logger, Readiness and the messaging parts. */
  rootModule(module: Type): DynamicModule {
    const providers = [
      { provide: Settings, useValue: this.settings },
      { provide: RequestSeals, useValue: new RequestSeals(this.settings) },
      { provide: Logger, useValue: this.logger },
      { provide: Readiness, useValue: this.readiness },
      { provide: Shutdown, useValue: this.shutdown },
    ];
    return {
      module: ServiceRootModule,
      global: true,
      imports: [MessagingModule.for(this.messaging), module],
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }

  /** Arranges the end: `close` finishes the application once its consumers have drained. */
  endWith(close: () => Promise<unknown>): void {
    const stop = (reason: string) => void this.stop(reason, close);
    process.once('SIGTERM', () => stop('SIGTERM'));
    // Ctrl-C reaches every process of the terminal; with a parent that stops its services in order, wait for that.
    process.on('SIGINT', () => (process.connected ? undefined : stop('SIGINT')));
    process.removeListener('disconnect', leaveAtOnce);
    process.once('disconnect', () => stop('the starting process is gone'));
    this.logger.info(`${this.name} runs`);
  }

  private async stop(reason: string, close: () => Promise<unknown>): Promise<void> {
    if (this.isStopping) return;
    this.isStopping = true;
    this.logger.info({ reason }, `${this.name} stops`);
    const limit = setTimeout(() => process.exit(1), SHUTDOWN_LIMIT_MILLISECONDS);
    limit.unref();
    setTimeout(() => this.shutdown.end(), SHUTDOWN_GRACE_MILLISECONDS).unref();
    try {
      await this.messaging.strategy.close();
      await close();
      await this.messaging.close();
      await this.telemetry.shutdown();
      process.exit(0);
    } catch (error) {
      this.logger.error({ error }, `${this.name} could not stop cleanly`);
      process.exit(1);
    }
  }

  private answerForHealth(): void {
    const { messaging } = this.messaging;
    messaging.subscribe(Subject.healthAsk(this.name), ({ reply }) => {
      const missing = this.isStopping ? ['stopping'] : this.readiness.missing();
      const notices = this.readiness.notices();
      const health: Health = {
        service: this.name,
        instance: this.settings.instance,
        ready: missing.length === 0,
        missing,
        ...(notices.length > 0 ? { notices } : {}),
      };
      if (reply !== undefined) messaging.publish(reply, JSON.stringify(health));
    });
    messaging.subscribe(Subject.metricsAsk, ({ reply }) => {
      if (reply === undefined) return;
      renderMetrics()
        .then((text) => messaging.publish(reply, text))
        .catch((error: unknown) => this.logger.warn({ error }, 'the metrics could not be given'));
    });
  }
}

/** Whoever started this process is gone before it took any work: there is nothing to finish, and nobody left to stop it. */
function leaveAtOnce(): never {
  process.exit(1);
}

/** A server that refuses us will not change its mind: the process says so and leaves, and whoever runs it shows it. */
async function openMessaging(name: ServiceName, settings: Settings, logger: Logger): Promise<MessagingParts> {
  try {
    return await MessagingParts.open(settings.natsUrl, name, logger, settings.natsAccess);
  } catch (error) {
    logger.fatal({ error }, (error as Error).message);
    return process.exit(1);
  }
}

function readSettingsOrExit(name: ServiceName): Settings {
  try {
    return Settings.read(process.env, name);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return process.exit(1);
  }
}

function exitOnDefect(logger: Logger): void {
  const exit = (error: unknown, what: string) => {
    logger.fatal({ error }, what);
    process.exit(1);
  };
  process.on('uncaughtException', (error) => exit(error, 'uncaught exception'));
  process.on('unhandledRejection', (error) => exit(error, 'unhandled rejection'));
}
