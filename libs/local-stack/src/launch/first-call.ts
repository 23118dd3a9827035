import { readFile } from 'node:fs/promises';

import { parse } from 'yaml';
import { z } from 'zod';

import type { AdminKey } from './keys.js';

const SIM_MODEL = 'sim-small';
const ANSWER_WITHIN_MILLISECONDS = 3_000;

const modelListSchema = z.object({ data: z.array(z.object({ id: z.string() })) });
const configurationSchema = z.object({ models: z.array(z.object({ name: z.string() })) });

/** What is printed when the stack is ready: address, key and a call to copy. */
export function firstCall(url: string, { key, origin }: AdminKey, model: string): string {
  const keyLine = {
    'made now': `${key ?? ''}   (shown only this once; only its SHA-256 is kept)`,
    environment: 'the value of SWITCHYARD_ADMIN_KEY',
    'made earlier': 'the one shown at the first start (lost it? set SWITCHYARD_ADMIN_KEY to one of your own)',
  }[origin];
  const shownKey = origin === 'made now' ? key : '$SWITCHYARD_ADMIN_KEY';
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Say hello' }] });
  return [
    '',
    'Switchyard is ready.',
    `  URL   ${url}`,
    `  Key   ${keyLine}`,
    '  Try',
    `  curl ${url}/v1/chat/completions -H "Authorization: Bearer ${shownKey}" -H "Content-Type: application/json" -d '${body}'`,
    '',
    'Ctrl-C stops it; the data stays.',
  ].join('\n');
}

/**
 * A model to try: the first that this stack offers to `key`; when the key is not known here, the first of the
 * configuration file; the simulated one when there is no such file.
 */
export async function firstModel(
  url: string,
  key: string | undefined,
  configFile: string | undefined,
): Promise<string> {
  try {
    if (key === undefined)
      return configFile === undefined ? SIM_MODEL : firstNameIn(await readFile(configFile, 'utf8'));
    const response = await fetch(`${url}/v1/models`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MILLISECONDS),
    });
    const names = modelListSchema.parse(await response.json()).data.map(({ id }) => id);
    return names.includes(SIM_MODEL) ? SIM_MODEL : (names[0] ?? SIM_MODEL);
  } catch {
    return SIM_MODEL;
  }
}

function firstNameIn(configuration: string): string {
  return configurationSchema.parse(parse(configuration)).models[0]?.name ?? SIM_MODEL;
}
