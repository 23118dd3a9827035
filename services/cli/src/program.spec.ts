import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { switchyardProgram } from './program.js';

/** `switchyard` and the one or two words behind it, where code is written. */
const NAMED = /(?:`|npx |^ {4})switchyard ([a-z][a-z-]*(?: [a-z][a-z-]*)?)(?![\w-])/gm;

describe('the command switchyard', () => {
  const paths = leavesOf(switchyardProgram(() => undefined));

  it('has every command that the documents name', () => {
    const root = join(import.meta.dirname, '..', '..', '..');
    const pages = globSync(['README.md', 'CHANGELOG.md', 'SECURITY.md', 'docs/**/*.md', 'services/*/README.md'], {
      cwd: root,
    });
    const named = pages.flatMap((page) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(NAMED)].map(([, words = '']) => ({ page, words })),
    );
    const groups = new Set(paths.filter((path) => path.length > 1).map(([name]) => name));
    const unknown = named.filter(({ words }) => {
      const [first = '', second = ''] = words.split(' ');
      if (!groups.has(first)) return !paths.some((path) => path.join(' ') === first);
      return second !== '' && !paths.some((path) => path.slice(0, 2).join(' ') === `${first} ${second}`);
    });

    expect(named.length).toBeGreaterThan(60);
    expect(unknown).toEqual([]);
  });

  it('tells its version', async () => {
    const program = switchyardProgram(() => undefined);
    let text = '';
    quiet(program, (written) => (text += written));
    await expect(program.parseAsync(['--version'], { from: 'user' })).rejects.toMatchObject({ exitCode: 0 });
    expect(text).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('says on the way to every command where help is', async () => {
    for (const wrong of [['frob'], ['batch', 'frob'], ['batch', 'run'], ['usage', '--frob']]) {
      const program = switchyardProgram(() => undefined);
      let text = '';
      quiet(program, (written) => (text += written));
      await expect(program.parseAsync(wrong, { from: 'user' })).rejects.toMatchObject({ exitCode: 1 });
      expect(text).toContain('(add --help for what there is)');
    }
  });

  it.each(paths.map((path) => [path.join(' '), path] as const))('%s explains itself', async (_name, path) => {
    const program = switchyardProgram(() => undefined);
    let text = '';
    quiet(program, (written) => (text += written));
    await expect(program.parseAsync([...path, '--help'], { from: 'user' })).rejects.toMatchObject({ exitCode: 0 });
    expect(text).toContain(`Usage: switchyard ${path.join(' ')}`);
    expect(text).toContain('--json');
  });
});

describe('a command that needs another', () => {
  it.each(['queues', 'batch', 'jobs', 'audit', 'dead-letters'])(
    '%s alone shows what there is, as a wrong call',
    async (name) => {
      const program = switchyardProgram(() => undefined);
      let text = '';
      quiet(program, (written) => (text += written));
      await expect(program.parseAsync([name], { from: 'user' })).rejects.toMatchObject({ exitCode: 1 });
      expect(text).toContain(`Usage: switchyard ${name} [options] [command]`);
    },
  );
});

function leavesOf(command: Command, path: readonly string[] = []): string[][] {
  if (command.commands.length === 0) return [[...path]];
  return command.commands.flatMap((child) => leavesOf(child, [...path, child.name()]));
}

function quiet(command: Command, write: (text: string) => void): void {
  command.exitOverride().configureOutput({ writeOut: write, writeErr: write });
  for (const child of command.commands) quiet(child, write);
}
