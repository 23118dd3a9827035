import { types } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import type { Logger, LogLevel } from './logger.js';

const START_UP_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'NestMicroservice',
]);

type Level = Exclude<LogLevel, 'silent'>;

/**
 * Lets NestJS write through our logger: `app.useLogger(new NestLogger(logger))`. Nest's last string parameter becomes the
 * field `context`; of Nest's objects and errors only what the sanitiser lets pass is written. The dozens of lines in which
 * Nest lists its modules and routes at start-up are written at level debug.
 */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...parameters: unknown[]): void {
    const context = parameters.at(-1);
    const isStartUp = typeof context === 'string' && START_UP_CONTEXTS.has(context);
    this.#write(isStartUp ? 'debug' : 'info', message, parameters);
  }

  error(message: unknown, ...parameters: unknown[]): void {
    this.#write('error', message, parameters);
  }

  warn(message: unknown, ...parameters: unknown[]): void {
    this.#write('warn', message, parameters);
  }

  debug(message: unknown, ...parameters: unknown[]): void {
    this.#write('debug', message, parameters);
  }

  verbose(message: unknown, ...parameters: unknown[]): void {
    this.#write('trace', message, parameters);
  }

  fatal(message: unknown, ...parameters: unknown[]): void {
    this.#write('fatal', message, parameters);
  }

  #write(level: Level, message: unknown, parameters: unknown[]): void {
    if (!this.logger.isLevelEnabled(level)) return;
    const last = parameters.at(-1);
    const context = typeof last === 'string' && !isStack(last) ? last : undefined;
    const stack = parameters.find(isStack);
    const error = [message, ...parameters].find(types.isNativeError);
    const details = parameters.find((parameter) => isPlainObject(parameter));
    const fields = { context, error, stack: stack === undefined ? undefined : framesOf(stack), details };
    this.logger[level](isPlainObject(message) ? { ...fields, ...message } : fields, sentenceOf(message));
  }
}

function isStack(value: unknown): value is string {
  return typeof value === 'string' && /\n\s+at /.test(value);
}

/** Without the head of the stack, which repeats the message as it was before it was cleaned. */
function framesOf(stack: string): string {
  return stack.slice(stack.search(/\n\s+at /)).trim();
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !types.isNativeError(value);
}

/** An error's message is in its serialised form already, cleaned of what parsers quote. */
function sentenceOf(message: unknown): string {
  if (typeof message === 'string') return message;
  return types.isNativeError(message) ? 'Nest reported an error' : 'Nest reported';
}
