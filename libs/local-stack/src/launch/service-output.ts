import { join } from 'node:path';

import { z } from 'zod';

import { LogFile } from '../processes/log-file.js';
import { outputLines } from '../processes/output-lines.js';

const LEVELS: Readonly<Record<string, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: Infinity,
};
const HIDDEN_FIELDS = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'message', 'service', 'name', 'v']);
const LONGEST_FIELD_CHARACTERS = 500;

/** Lines at or above `consoleLevel` go to `print`; everything goes to `<logsFolder>/<name>.log`. */
export interface ServiceOutputOptions {
  readonly name: string;
  readonly logsFolder: string;
  readonly consoleLevel: string;
  readonly print: (line: string) => void;
}

/**
 * Takes what one child prints: the whole of it goes to its log file (bounded), lines of pino's JSON at or above the
 * console level are shown readably, and so are lines that are no JSON, since a crash speaks that way.
 */
export function serviceOutput(options: ServiceOutputOptions): {
  write(chunk: Buffer): void;
  close(): void;
  lastLines(): readonly string[];
} {
  const file = new LogFile(join(options.logsFolder, `${options.name}.log`));
  const threshold = LEVELS[options.consoleLevel] ?? LEVELS['warn'] ?? 0;
  const lastLines: string[] = [];
  const split = outputLines((line) => {
    const readable = readableLine(line, threshold);
    if (readable === undefined || readable === '') return;
    lastLines.push(readable);
    if (lastLines.length > 5) lastLines.shift();
    options.print(`${options.name.padEnd(8)} ${readable}`);
  });
  return {
    write: (chunk) => {
      file.write(chunk);
      split(chunk);
    },
    close: () => file.close(),
    lastLines: () => lastLines,
  };
}

/** The line as a person reads it, or undefined when its level is below the threshold. */
export function readableLine(line: string, threshold: number): string | undefined {
  if (!line.startsWith('{')) return line.trimEnd();
  // pino puts the level first: most lines can be dropped without being parsed.
  const early = /^\{"level":"?(\w+)"?,/.exec(line)?.[1];
  if (early !== undefined && levelNumber(early) < threshold) return undefined;
  const entry = parseEntry(line);
  if (entry === undefined) return line;
  const level = levelNumber(entry['level']);
  if (level < threshold) return undefined;
  const levelName = Object.keys(LEVELS).find((name) => LEVELS[name] === level) ?? String(entry['level']);
  const fields = Object.entries(entry).filter(([name]) => !HIDDEN_FIELDS.has(name));
  const message = short(entry['msg'] ?? entry['message'] ?? '');
  return [levelName.toUpperCase().padEnd(5), message, ...fields.map(([name, value]) => `${name}=${short(value)}`)].join(
    ' ',
  );
}

/** pino writes a level as its number or, by our formatter, as its name; what is no level at all is shown. */
function levelNumber(level: unknown): number {
  return LEVELS[String(level)] ?? (Number.isNaN(Number(level)) ? Infinity : Number(level));
}

function parseEntry(line: string): Record<string, unknown> | undefined {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
  return text.length > LONGEST_FIELD_CHARACTERS ? `${text.slice(0, LONGEST_FIELD_CHARACTERS)}…` : text;
}
