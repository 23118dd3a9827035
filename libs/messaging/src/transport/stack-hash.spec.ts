import { describe, expect, it } from '@jest/globals';
import { stackHash } from './stack-hash.js';

function thrownAt(message: string, folder: string, line: number): Error {
  const error = new Error(message);
  error.stack = `Error: ${message}\n    at price (file://${folder}/price.js:${line}:7)\n    at async ${folder}/run.js:1:1`;
  return error;
}

describe('the hash of a stack', () => {
  it('is the same for the same place, whatever was said and wherever it is installed', () => {
    expect(stackHash(thrownAt('one', '/srv/a', 3))).toBe(stackHash(thrownAt('two', '/opt/b/c', 3)));
    expect(stackHash(thrownAt('one', '/srv/a', 3))).toMatch(/^[0-9a-f]{12}$/);
  });

  it('differs for another place, and is empty where there is none', () => {
    expect(stackHash(thrownAt('one', '/srv/a', 3))).not.toBe(stackHash(thrownAt('one', '/srv/a', 4)));
    const ofPackage = thrownAt('one', '/srv/node_modules/pg', 3);
    expect(stackHash(ofPackage)).not.toBe(stackHash(thrownAt('one', '/srv/node_modules/pg', 4)));
    expect(stackHash('text')).toBe('');
  });
});
