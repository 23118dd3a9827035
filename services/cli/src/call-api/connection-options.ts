import type { Command } from 'commander';
import { ApiClient } from './api-client.js';
import { connectionFrom, DEFAULT_URL } from './connection.js';

/** Flags of every command that calls the API. */
export interface ConnectionFlags {
  url?: string;
  key?: string;
  json?: boolean;
}

/** Adds them to a command; `keys` are the environment variables that its key is taken from, the first that is set. */
export function withConnection(command: Command, keys = 'SWITCHYARD_API_KEY or SWITCHYARD_ADMIN_KEY'): Command {
  return command
    .option('--url <url>', `where Switchyard is (default: SWITCHYARD_URL or ${DEFAULT_URL})`)
    .option('--key <key>', `API key (default: ${keys})`)
    .option('--json', 'print one JSON object at the end, and no progress');
}

/** The API at the place and with the key of the flags, else of the environment. */
export function clientFrom(flags: ConnectionFlags, environment: NodeJS.ProcessEnv = process.env): ApiClient {
  return new ApiClient(connectionFrom(flags, environment));
}
