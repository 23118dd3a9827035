import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { switchyardProgram } from './program.js';

describe('the command switchyard', () => {
  const paths = leavesOf(switchyardProgram(() => undefined));

  it('has every command that the documents name', () => {
    const first = new Set(paths.map(([name]) => name));
    for (const name of [
      'batch',
      'jobs',
      'audit',
      'usage',
      'costs',
      'invoice',
      'apply',
      'diff',
      'export',
      'queues',
      'members',
      'keys',
      'check',
      'prices',
    ])
      expect(first).toContain(name);
    expect(paths).toContainEqual(['audit', 'report']);
    expect(paths).toContainEqual(['route', 'explain']);
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
