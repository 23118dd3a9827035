import { createLogger } from './create-logger.js';
import type { Logger, LogLevel } from './logger.js';

/** A logger that keeps its lines, parsed, for tests; `text` is all of them as JSON. */
export interface CapturedLog {
  logger: Logger;
  lines: Record<string, unknown>[];
  text: () => string;
}

/** Makes a logger of the service `worker` whose lines are kept in memory. */
export function captureLog(level: LogLevel = 'trace'): CapturedLog {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string): void => {
      const parsed: Record<string, unknown> = JSON.parse(line);
      lines.push(parsed);
    },
  };
  return { logger: createLogger({ service: 'worker', level, destination }), lines, text: () => JSON.stringify(lines) };
}
