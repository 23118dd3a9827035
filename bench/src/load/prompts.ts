import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROBLEMS_FILE = join('shared', 'data', 'prompts', 'gsm8k-problems.jsonl');
const GENERATED_PROMPTS = 7_473;
const PLAIN_PROMPTS = 64;
const PLAIN_CHARACTERS = 900;

/**
 * What is asked. `lines`: one real problem each, for batches. `plain`: several problems together, so that a request has
 * about 1 KB; only as many different ones as the upstream keeps in its memory, since its own work is not the matter here.
 */
export interface Prompts {
  readonly origin: string;
  readonly lines: readonly string[];
  readonly plain: readonly string[];
}

/** Reads the real problems beside the project; generates some where they are absent. */
export function readPrompts(projectFolder: string): Prompts {
  const file = join(projectFolder, '..', PROBLEMS_FILE);
  const isThere = existsSync(file);
  const lines = isThere ? problemsIn(file) : generate();
  const origin = isThere ? `${lines.length} real problems (gsm8k)` : 'generated (the gsm8k problems are not here)';
  return { origin, lines, plain: joinProblems(lines) };
}

function problemsIn(file: string): string[] {
  const rows = readFileSync(file, 'utf8').split('\n');
  return rows.filter((row) => row !== '').map(promptOf);
}

function promptOf(row: string): string {
  const { prompt }: { prompt: string } = JSON.parse(row);
  return prompt;
}

function generate(): string[] {
  return Array.from(
    { length: GENERATED_PROMPTS },
    (_, index) =>
      `A yard has ${index + 7} wagons on ${(index % 9) + 2} tracks. Each train takes ${(index % 5) + 3} of them. ` +
      `${index % 13} wagons arrive every hour and two trains leave every ${(index % 4) + 1} hours. ` +
      `How many wagons are in the yard after ${(index % 7) + 5} hours, and how many trains have left by then?`,
  );
}

function joinProblems(lines: readonly string[]): string[] {
  const joined: string[] = [];
  let text = '';
  for (const line of lines) {
    text = text === '' ? line : `${text}\n\n${line}`;
    if (text.length < PLAIN_CHARACTERS) continue;
    joined.push(text.slice(0, PLAIN_CHARACTERS));
    text = '';
    if (joined.length === PLAIN_PROMPTS) break;
  }
  return joined;
}
