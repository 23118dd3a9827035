import type { Logger as Pino } from 'pino';
import { Logger, type LogFields, type LogLevel } from './logger.js';
import { sanitizeFields } from './sanitize-fields.js';
import { scrubText } from './scrub-text.js';

type Level = Exclude<LogLevel, 'silent'>;

/** The logger on pino: everything passes the sanitiser before pino sees it, and nothing is done for a level switched off. */
export class PinoLogger extends Logger {
  constructor(private readonly pino: Pino) {
    super();
  }

  override trace(first: LogFields | string, message?: string): void {
    this.#write('trace', first, message);
  }

  override debug(first: LogFields | string, message?: string): void {
    this.#write('debug', first, message);
  }

  override info(first: LogFields | string, message?: string): void {
    this.#write('info', first, message);
  }

  override warn(first: LogFields | string, message?: string): void {
    this.#write('warn', first, message);
  }

  override error(first: LogFields | string, message?: string): void {
    this.#write('error', first, message);
  }

  override fatal(first: LogFields | string, message?: string): void {
    this.#write('fatal', first, message);
  }

  override child(fields: LogFields): Logger {
    return new PinoLogger(this.pino.child(sanitizeFields(fields)));
  }

  override isLevelEnabled(level: Level): boolean {
    return this.pino.isLevelEnabled(level);
  }

  #write(level: Level, first: LogFields | string, message: string | undefined): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const sentence = typeof first === 'string' ? first : (message ?? '');
    const fields = typeof first === 'string' ? {} : sanitizeFields(first);
    this.pino[level](fields, scrubText(sentence));
  }
}
