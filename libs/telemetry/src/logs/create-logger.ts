import { pino } from 'pino';
import type { Logger, LogLevel } from './logger.js';
import { PinoLogger } from './pino-logger.js';
import { StandardOutput } from './standard-output.js';

/** Where lines go, one JSON object and a line feed per call; standard output by default. */
export interface LogDestination {
  write(line: string): void;
}

/** Which service logs, from which level on (default `info`), and where to. */
export interface LoggerSettings {
  service: string;
  level?: LogLevel;
  destination?: LogDestination;
}

/**
 * Makes the logger of a service: one JSON object per line with `level`, `time` (ISO 8601, UTC), `service`, the fields and
 * `message`. No prompt and no key is ever written: fields are redacted by name at any depth, errors lose everything but
 * name, message, code, stack and cause, and every text is scrubbed of what looks like a credential. Lines are written at
 * once, so that the last ones before a crash are not lost.
 */
export function createLogger({ service, level = 'info', destination = new StandardOutput() }: LoggerSettings): Logger {
  const options = {
    level,
    base: { service },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return new PinoLogger(pino(options, destination));
}
