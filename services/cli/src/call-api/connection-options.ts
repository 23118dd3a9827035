import type { Command } from 'commander';
import { ApiClient } from './api-client.js';
import { CALLER_KEYS, connectionFrom, DEFAULT_URL, type KeySource } from './connection.js';

/** Flags of every command that calls the API. */
export interface ConnectionFlags {
  url?: string;
  key?: string;
  json?: boolean;
}

/** Adds them to a command whose key is of this source. */
export function withConnection(command: Command, { kind, variables }: KeySource = CALLER_KEYS): Command {
  return command
    .option('--url <url>', `where Switchyard is (default: SWITCHYARD_URL or ${DEFAULT_URL})`)
    .option('--key <key>', `${kind} (default: ${variables.join(' or ')})`)
    .option('--json', 'print one JSON object at the end, and no progress');
}

/** The API at the place and with the key of the flags, else of the environment. */
export function clientFrom(flags: ConnectionFlags, keys: KeySource = CALLER_KEYS): ApiClient {
  return new ApiClient(connectionFrom(flags, process.env, keys));
}
