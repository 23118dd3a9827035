import { describe, expect, it } from '@jest/globals';
import { storageErrorOf } from './storage-error-of.js';
import { StorageUnavailable } from './storage-unavailable.js';

const errorWith = (message: string, code?: string) => Object.assign(new Error(message), { code });

describe('an error of the driver', () => {
  it.each([
    ['a refused connection', errorWith('connect ECONNREFUSED', 'ECONNREFUSED'), true],
    ['a lost connection without a code', errorWith('Connection terminated unexpectedly'), true],
    ['a connection that takes too long', errorWith('timeout exceeded when trying to connect'), true],
    ['a network that swallows answers', errorWith('Query read timeout'), true],
    ['a server that shuts down', errorWith('terminating connection', '57P01'), true],
    ['a server that starts up', errorWith('the database system is starting up', '57P03'), true],
    ['a standby', errorWith('cannot execute INSERT in a read-only transaction', '25006'), true],
    ['a deadlock', errorWith('deadlock detected', '40P01'), false],
    ['a serialisation failure', errorWith('could not serialize access', '40001'), false],
    ['a statement timeout', errorWith('canceling statement', '57014'), false],
    ['a full disk', errorWith('could not extend file', '53100'), false],
    ['too many connections', errorWith('too many clients', '53300'), false],
  ])('is worth a retry when it is %s', (_, cause, isConnectionLost) => {
    const error = storageErrorOf(cause);
    expect(error).toBeInstanceOf(StorageUnavailable);
    expect(error).toMatchObject({ retryable: true, cause, isConnectionLost });
  });

  it.each([
    ['a violated constraint', errorWith('duplicate key', '23505')],
    ['a wrong statement', errorWith('syntax error', '42601')],
    ['a value out of range', errorWith('out of range', '22003')],
    ['something that is no error', 'oops'],
  ])('passes through when it is %s', (_, cause) => {
    expect(storageErrorOf(cause)).toBe(cause);
  });
});
