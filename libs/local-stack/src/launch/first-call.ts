import { readFile } from 'node:fs/promises';

import { parse } from 'yaml';
import { z } from 'zod';

import type { AdminKey } from './keys.js';

const SIM_MODEL = 'sim-small';
const ANSWER_WITHIN_MILLISECONDS = 3_000;

const modelListSchema = z.object({ data: z.array(z.object({ id: z.string() })) });
const configurationSchema = z.object({ models: z.array(z.object({ name: z.string() })) });

/** What there is to say of a stack that is ready: a model to try, what should be looked at, and where its configuration is. */
export interface ReadyStack {
  readonly url: string;
  readonly model: string;
  readonly notices: readonly string[];
  readonly configFile: string | undefined;
}

/** What is printed when the stack is ready: address, key and a call to copy, and last what is not as it should be. */
export function firstCall({ url, model, notices, configFile }: ReadyStack, { key, origin }: AdminKey): string {
  const keyLine = {
    'made now': `${key ?? ''}   (shown only this once; only its SHA-256 is kept)`,
    environment: 'the value of SWITCHYARD_ADMIN_KEY',
    'made earlier': 'the one shown at the first start (lost it? set SWITCHYARD_ADMIN_KEY to one of your own)',
  }[origin];
  const shownKey = origin === 'made now' ? key : '$SWITCHYARD_ADMIN_KEY';
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Say hello' }] });
  return [
    '',
    `Switchyard is ready.${notices.length === 0 ? '' : ' Not all is as it should be, though: see below.'}`,
    `  URL   ${url}`,
    `  Key   ${keyLine}`,
    '  Try',
    `  curl ${url}/v1/chat/completions -H "Authorization: Bearer ${shownKey}" -H "Content-Type: application/json" -d '${body}'`,
    '',
    'Ctrl-C stops it; the data stays.',
    ...(notices.length === 0 ? [] : ['', ...shownNotices(notices, configFile)]),
  ].join('\n');
}

/** What should be looked at, and what to do about it; nothing where nothing is. */
export function shownNotices(notices: readonly string[], configFile: string | undefined): string[] {
  if (notices.length === 0) return [];
  const check = configFile === undefined ? '' : ` "npx switchyard check ${configFile}" names them all.`;
  return [
    ...notices.map((notice) => `  ! ${notice}`),
    `  → Put right what the ERROR above names and save: no restart is needed, but for a variable that is not set.${check}`,
  ];
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
