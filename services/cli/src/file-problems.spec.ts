import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { CliError } from './cli.error.js';
import { assertWritable, unreadable, unwritable } from './file-problems.js';

const reasonOf = (file: string): Promise<string> =>
  readFile(file).then(String, (error) => unreadable(file, error).message);

describe('unwritable', () => {
  it('says why a file cannot be written and what to do', async () => {
    const reason = (file: string): Promise<string> =>
      writeFile(file, '').then(String, (error) => unwritable(file, error).message);
    expect(await reason('none/x.jsonl')).toBe(
      'none/x.jsonl cannot be written: its folder is not there; make it first, or name another file.',
    );
    expect(await reason('services')).toBe('services is a folder; name a file in it.');
  });

  it('is known of a folder that is not there before anything is written', () => {
    expect(() => assertWritable('none/x.jsonl')).toThrow('its folder is not there');
    expect(() => assertWritable('x.jsonl')).not.toThrow();
  });
});

describe('unreadable', () => {
  it('says what is wrong with a file and what to do, and not how the system calls it', async () => {
    expect(await reasonOf('nothing.jsonl')).toBe(
      'There is no file nothing.jsonl; check its name and the folder that you are in.',
    );
    expect(await reasonOf('package.json/x')).toBe('There is no file package.json/x; a part of its path is no folder.');
    expect(await reasonOf('services')).toBe('services is a folder; name a file.');
  });

  it('keeps what is said already, and the cause of what it does not know', () => {
    const said = new CliError('no prompt');
    expect(unreadable('a', said)).toBe(said);
    const cause = new Error('the disk is on fire');
    expect(unwritable('a', said)).toBe(said);
    expect(unreadable('a', cause)).toMatchObject({ message: 'a cannot be read: the disk is on fire', cause });
  });
});
