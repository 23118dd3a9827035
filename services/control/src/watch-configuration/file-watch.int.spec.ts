import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { eventually } from '#libs/testing';

import { FileWatch } from './file-watch.js';

describe('FileWatch', () => {
  let folder: string;
  let file: string;
  let changes: number;
  let watch: FileWatch;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'switchyard-watch-'));
    file = join(folder, 'switchyard.yaml');
    writeFileSync(file, 'one');
    changes = 0;
    watch = new FileWatch(() => (changes += 1));
    watch.start();
    watch.follow([file]);
    await eventually(() => expect(changes).toBe(1));
  });
  afterEach(() => {
    watch.stop();
    rmSync(folder, { recursive: true });
  });

  it('tells of a file written in place', async () => {
    writeFileSync(file, 'two');

    await eventually(() => expect(changes).toBe(2));
  });

  it('tells of a file put in the place of another, as editors do', async () => {
    renameSync(file, `${file}~`);
    writeFileSync(`${file}.new`, 'two');
    renameSync(`${file}.new`, file);

    await eventually(() => expect(changes).toBe(2));
  });

  it('tells once of many writes in a row', async () => {
    for (let index = 0; index < 50; index++) writeFileSync(file, `content ${index}`);

    await eventually(() => expect(changes).toBe(2));
    writeFileSync(file, 'last');
    await eventually(() => expect(changes).toBe(3));
  });

  it('tells of a file that went away and of its return', async () => {
    rmSync(file);
    await eventually(() => expect(changes).toBe(2));

    writeFileSync(file, 'back');
    await eventually(() => expect(changes).toBe(3));
  });

  it('tells of a file followed later, in a folder that is made later', async () => {
    const later = join(folder, 'secrets');
    watch.follow([file, join(later, 'key')]);
    await eventually(() => expect(changes).toBe(2));

    mkdirSync(later);
    writeFileSync(join(later, 'key'), 'secret');
    await eventually(() => expect(changes).toBe(3));
  });

  it('bears a file that cannot be looked at, and tells when it can be again', async () => {
    const loop = join(folder, 'loop');
    symlinkSync(loop, loop);
    watch.follow([file, loop]);
    await eventually(() => expect(changes).toBe(2));

    rmSync(loop);
    writeFileSync(loop, 'secret');
    await eventually(() => expect(changes).toBe(3));
  });
});
