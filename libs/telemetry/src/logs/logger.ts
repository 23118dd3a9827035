/** What is logged beside the sentence; an error alone, or under `error`. Names and values are sanitised. */
export type LogFields = object;

/** How much is written: everything at and above the level, nothing with `silent`. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/**
 * A structured logger, and the token to inject it by. Give facts as fields and the sentence as the message:
 * `logger.warn({ requestId, provider, error }, 'The provider failed')`. Fields are sanitised (see `createLogger`), but a
 * sentence is only scrubbed of keys: never put a caller's words into it.
 */
export abstract class Logger {
  abstract trace(message: string): void;
  abstract trace(fields: LogFields, message: string): void;
  abstract debug(message: string): void;
  abstract debug(fields: LogFields, message: string): void;
  abstract info(message: string): void;
  abstract info(fields: LogFields, message: string): void;
  abstract warn(message: string): void;
  abstract warn(fields: LogFields, message: string): void;
  abstract error(message: string): void;
  abstract error(fields: LogFields, message: string): void;
  abstract fatal(message: string): void;
  abstract fatal(fields: LogFields, message: string): void;

  /** A logger that writes these fields on every line: `logger.child({ requestId, traceId: currentTraceId() })`. */
  abstract child(fields: LogFields): Logger;

  /** Whether lines of this level are written; ask before gathering costly fields. */
  abstract isLevelEnabled(level: Exclude<LogLevel, 'silent'>): boolean;
}
