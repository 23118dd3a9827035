import { types } from 'node:util';
import { StorageUnavailable } from './storage-unavailable.js';

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENOENT',
]);

/** What pg and pg-pool say in errors that carry no code. */
const CONNECTION_MESSAGES =
  /^(Connection terminated|timeout (exceeded|expired)|Query read timeout|Client (was closed|has encountered a connection error)|Cannot use a pool after)/;

/**
 * SQLSTATE of a server that is not there for us (PostgreSQL manual, appendix A): connection exceptions, operator
 * intervention (shutting down, starting up), and a standby that was promoted elsewhere.
 */
const CONNECTION_STATES = /^(08...|57P0[1-5]|25006|25P03)$/;

/** Two transactions of which one had to give way: serialization failures and deadlocks. */
const COLLISIONS = new Set(['40001', '40P01']);

/** SQLSTATE of a transaction that may succeed when repeated: collisions, deadlocks, timeouts, resources, disk errors. */
const TRANSIENT_STATES = /^(40001|40P01|40003|53...|55P03|57014|58030)$/;

/**
 * The driver's error as the rest of the house should see it: `StorageUnavailable` where a retry can help, otherwise the
 * error itself (a wrong statement, a violated constraint), which no retry cures.
 */
export function storageErrorOf(error: unknown): unknown {
  // Not by `instanceof`: an error of the network is of the outermost realm, which tests are not run in.
  if (!types.isNativeError(error) || error instanceof StorageUnavailable) {
    return error;
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (CONNECTION_CODES.has(code) || CONNECTION_STATES.test(code) || CONNECTION_MESSAGES.test(error.message)) {
    const reason = error.message || code;
    return new StorageUnavailable(`Postgres cannot be reached (${reason}).`, { cause: error, isConnectionLost: true });
  }
  if (TRANSIENT_STATES.test(code)) {
    const what = `Postgres gave up a statement (${error.message}, SQLSTATE ${code}).`;
    return new StorageUnavailable(what, { cause: error, isConnectionLost: false, isCollision: COLLISIONS.has(code) });
  }
  return error;
}
