import { describe, expect, it } from '@jest/globals';
import { StandardOutput } from './standard-output.js';

const failure = (code: string) => Object.assign(new Error(code), { code });

describe('StandardOutput', () => {
  it('writes a line that is taken in pieces, with waits between', () => {
    let text = '';
    let calls = 0;
    const output = new StandardOutput((_descriptor, bytes) => {
      calls += 1;
      if (calls === 2) throw failure('EAGAIN');
      text += Buffer.from(bytes.subarray(0, 3)).toString();
      return Math.min(3, bytes.length);
    });

    output.write('a line\n');

    expect(text).toBe('a line\n');
  });

  it('never tries again once its reader is gone', () => {
    let calls = 0;
    const output = new StandardOutput(() => {
      calls += 1;
      throw failure('EPIPE');
    });

    output.write('one\n');
    output.write('two\n');

    expect(calls).toBe(1);
  });
});
