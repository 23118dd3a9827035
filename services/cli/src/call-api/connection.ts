import { CliError } from '../cli.error.js';

export const DEFAULT_URL = 'http://127.0.0.1:8080';

/** Where Switchyard is and whose key is used. */
export interface Connection {
  readonly url: string;
  readonly key: string;
}

/** Flags win over the environment. Throws `CliError` where the URL is none or there is no key. */
export function connectionFrom(flags: { url?: string; key?: string }, environment: NodeJS.ProcessEnv): Connection {
  const url = flags.url ?? (environment['SWITCHYARD_URL'] || DEFAULT_URL);
  const key = flags.key ?? (environment['SWITCHYARD_API_KEY'] || environment['SWITCHYARD_ADMIN_KEY']);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new CliError(`"${url}" is not a URL of the form ${DEFAULT_URL}; correct --url or SWITCHYARD_URL.`);
  }
  if (!key) {
    throw new CliError('No API key: set SWITCHYARD_API_KEY or pass --key. "npm start" prints a key that works.');
  }
  return { url: url.replace(/\/+$/, '').replace(/\/v1$/, ''), key };
}
