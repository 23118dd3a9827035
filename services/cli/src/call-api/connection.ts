import { CliError } from '../cli.error.js';

export const DEFAULT_URL = 'http://127.0.0.1:8080';

/** Environment variables that a key is taken from, the first that is set, and what it is called. */
export interface KeySource {
  readonly kind: string;
  readonly variables: readonly [string, ...string[]];
}

/** For what every key may do. */
export const CALLER_KEYS: KeySource = { kind: 'API key', variables: ['SWITCHYARD_API_KEY', 'SWITCHYARD_ADMIN_KEY'] };
/** For what only the admin key may do, so it goes before an ordinary one. */
export const ADMIN_KEYS: KeySource = { kind: 'admin key', variables: ['SWITCHYARD_ADMIN_KEY', 'SWITCHYARD_API_KEY'] };

/** Where Switchyard is and whose key is used. */
export interface Connection {
  readonly url: string;
  readonly key: string;
  /** The variable that the key belongs in. */
  readonly keyVariable?: string;
}

/** Flags win over the environment. Throws `CliError` where the URL is none or there is no key. */
export function connectionFrom(
  flags: { url?: string; key?: string },
  environment: NodeJS.ProcessEnv,
  { kind, variables }: KeySource,
): Connection {
  const url = flags.url ?? (environment['SWITCHYARD_URL'] || DEFAULT_URL);
  const key = flags.key ?? variables.map((name) => environment[name]).find(Boolean);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new CliError(`"${url}" is not a URL of the form ${DEFAULT_URL}; correct --url or SWITCHYARD_URL.`);
  }
  if (!key) {
    const [variable] = variables;
    throw new CliError(`No ${kind}: set ${variable} or pass --key. The first "npm start" prints a key that works.`);
  }
  return { url: url.replace(/\/+$/, '').replace(/\/v1$/, ''), key, keyVariable: variables[0] };
}
