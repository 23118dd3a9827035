import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder } from '../machine/project.js';
import type { BenchResults } from './bench-results.js';

const FOLDER = join(projectFolder, 'bench', 'results');

/** Keeps a run's figures and report; of a quick run only the figures, where git does not look. Gives the files. */
export async function writeResults(results: BenchResults, report: string): Promise<string[]> {
  const figures = `${JSON.stringify(results, undefined, 2)}\n`;
  if (results.isQuick) return [await write('quick.raw.json', figures)];
  const name = fileName(results.machine.date, results.machine.commit);
  return [await write(`${name}.json`, figures), await write(`${name}.md`, report)];
}

/** Keeps the report of a profiled run. */
export async function writeProfile(date: string, commit: string, report: string): Promise<string> {
  return write(`${fileName(date, commit)}-profile.md`, report);
}

function fileName(date: string, commit: string): string {
  return `${date.slice(0, 10)}-${commit}`;
}

async function write(name: string, text: string): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const file = join(FOLDER, name);
  await writeFile(file, text);
  return file;
}
