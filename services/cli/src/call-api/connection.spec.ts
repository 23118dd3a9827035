import { describe, expect, it } from '@jest/globals';
import { ADMIN_KEYS, CALLER_KEYS, connectionFrom } from './connection.js';

describe('connectionFrom', () => {
  const both = { SWITCHYARD_API_KEY: 'sk-caller', SWITCHYARD_ADMIN_KEY: 'sk-admin' };

  it('takes the key that the command is for first, and the flag before both', () => {
    expect(connectionFrom({}, both, CALLER_KEYS).key).toBe('sk-caller');
    expect(connectionFrom({}, both, ADMIN_KEYS).key).toBe('sk-admin');
    expect(connectionFrom({}, { SWITCHYARD_API_KEY: 'sk-caller', SWITCHYARD_ADMIN_KEY: '' }, ADMIN_KEYS).key).toBe(
      'sk-caller',
    );
    expect(connectionFrom({ key: 'sk-flag' }, both, ADMIN_KEYS).key).toBe('sk-flag');
  });

  it('names the key that is missing', () => {
    expect(() => connectionFrom({}, {}, CALLER_KEYS)).toThrow('No API key: set SWITCHYARD_API_KEY or pass --key.');
    expect(() => connectionFrom({}, {}, ADMIN_KEYS)).toThrow('No admin key: set SWITCHYARD_ADMIN_KEY or pass --key.');
  });
});
