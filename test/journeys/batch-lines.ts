import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toFile, type OpenAI } from 'openai';

import { PROJECT_FOLDER } from './project-folder.js';

/** Real problems, where this machine has them; they are no part of the project. */
const REAL_PROBLEMS = join(PROJECT_FOLDER, '..', 'shared', 'data', 'prompts', 'gsm8k-problems.jsonl');

/** The input file of a batch of so many different prompts: real ones where there are, else made up. */
export async function batchInput(model: string, count: number): Promise<string> {
  const prompts = (await realPrompts(count)) ?? Array.from({ length: count }, (_, index) => madeUpPrompt(index));
  const lines = prompts.map((content, index) =>
    JSON.stringify({
      custom_id: customIdOf(index),
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model, messages: [{ role: 'user', content }] },
    }),
  );
  return `${lines.join('\n')}\n`;
}

/** A line of an input file. */
export function lineOf(customId: string, url: string, body: object): string {
  return `${JSON.stringify({ custom_id: customId, method: 'POST', url, body })}\n`;
}

/** Uploads one line for each body of a chat and begins their batch; gives its id. */
export async function submitChats(client: OpenAI, bodies: readonly object[]): Promise<string> {
  const endpoint = '/v1/chat/completions';
  const content = bodies.map((body, index) => lineOf(`line-${index}`, endpoint, body)).join('');
  const file = await client.files.create({ purpose: 'batch', file: await toFile(Buffer.from(content), 'in.jsonl') });
  return (await client.batches.create({ input_file_id: file.id, endpoint, completion_window: '24h' })).id;
}

/** The custom id of a line, counted from 0. */
export function customIdOf(index: number): string {
  return `problem-${index}`;
}

async function realPrompts(count: number): Promise<string[] | undefined> {
  const text = await readFile(REAL_PROBLEMS, 'utf8').catch(() => undefined);
  const lines = text?.trim().split('\n').slice(0, count);
  return lines?.length === count ? lines.map((line) => (JSON.parse(line) as { prompt: string }).prompt) : undefined;
}

function madeUpPrompt(index: number): string {
  const [wagons, sidings] = [3 + (index % 97), 2 + (index % 11)];
  return `Problem ${index}: a yard has ${sidings} sidings with ${wagons} wagons each, and ${index % 7} leave. How many stay?`;
}
