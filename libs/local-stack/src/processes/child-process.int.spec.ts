import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { eventually } from '#libs/testing';

import { ChildProcess } from './child-process.js';
import { guardAgainstOrphaning } from './orphan-guard.js';
import { identifyProcess } from './process-identity.js';
import { ProcessRecords } from './process-record.js';
import { stopRecordedProcess } from './stop-recorded-process.js';
import { Supervisor } from './supervisor.js';

const STAY = ['-e', 'setInterval(() => {}, 1000)'];
const STAY_WHATEVER_COMES = [
  '-e',
  "process.on('SIGTERM', () => {}); process.stdout.write('on'); setInterval(() => {}, 1000)",
];

describe('ChildProcess', () => {
  it('kills a child that does not heed the stop signal in time', async () => {
    let isListening = false;
    const child = await startNode(STAY_WHATEVER_COMES, () => (isListening = true));
    await eventually(() => expect(isListening).toBe(true));

    expect(await child.stop(50)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('lets others go first where it is told to', async () => {
    const child = await ChildProcess.start({
      name: 'patient',
      command: process.execPath,
      arguments: STAY,
      givesWay: true,
    });

    expect(getPriority(child.pid)).toBe(Math.max(10, getPriority()));
    await child.stop(5_000);
  });

  it('names the program that cannot be started', async () => {
    const start = ChildProcess.start({ name: 'the-thing', command: '/nowhere/the-thing', arguments: [] });

    await expect(start).rejects.toThrow(/Starting the-thing failed/);
  });
});

describe('guardAgainstOrphaning', () => {
  it('ends the child of a process that was killed', async () => {
    const child = spawn(process.execPath, STAY, { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    const guardSource = guardAgainstOrphaning.toString().replace(/^.*?function/s, 'function');
    const parent = spawn(process.execPath, [
      '-e',
      `const { spawn } = require('node:child_process'); (${guardSource})(${pid}, 'SIGTERM', { exited: new Promise(() => {}), graceSeconds: 0 }); setInterval(() => {}, 1000)`,
    ]);
    await once(parent, 'spawn');
    expect(identifyProcess(pid)).toBeDefined();
    await eventually(async () => expect(await childrenOf(parent.pid ?? 0)).toHaveLength(1));

    parent.kill('SIGKILL');

    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  });
});

describe('Supervisor', () => {
  it('starts a killed child again, reports it, and stops it for good when asked', async () => {
    const supervisor = new Supervisor('worker', () => startNode(STAY));
    const crashed = once(supervisor, 'crashed');
    await supervisor.start();
    const first = supervisor.child;
    await first?.kill();

    expect(await crashed).toEqual([{ code: null, signal: 'SIGKILL' }, 250]);
    await eventually(() => expect(supervisor.child).toBeDefined());
    const second = supervisor.child;
    expect(second?.pid).not.toBe(first?.pid);
    expect((await supervisor.stop(5_000))?.signal).toBe('SIGTERM');
    expect(identifyProcess(second?.pid ?? 0)).toBeUndefined();
  });

  it('doubles the pause while the child ends again and again', async () => {
    const pauses: number[] = [];
    const supervisor = new Supervisor('worker', () => startNode(['-e', 'process.exit(3)']));
    supervisor.on('crashed', (exit, pause) => {
      expect(exit.code).toBe(3);
      pauses.push(pause);
    });
    await supervisor.start();

    await eventually(() => expect(pauses).toEqual([250, 500, 1_000]));
    expect(supervisor.crashesInARow).toBe(3);
    await supervisor.stop(1_000);
  });
});

describe('ProcessRecords', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-records-'));
  });
  afterEach(async () => rm(folder, { recursive: true }));

  it('gives back a living process, and nothing for one that is gone or whose pid means another one', async () => {
    const child = await startNode(STAY);
    const records = new ProcessRecords(folder);
    await records.write('worker', child.pid);
    const [record] = await records.living();
    expect(record).toEqual({ name: 'worker', pid: child.pid, identity: identifyProcess(child.pid) });

    await stopRecordedProcess({ name: 'worker', pid: child.pid, identity: 'of another time' }, 100);
    expect(child.hasExited).toBe(false);
    if (record !== undefined) await stopRecordedProcess(record, 5_000);

    await child.exited;
    expect(await records.living()).toEqual([]);
  });
});

function startNode(nodeArguments: string[], onOutput: () => void = () => undefined): Promise<ChildProcess> {
  return ChildProcess.start({ name: 'worker', command: process.execPath, arguments: nodeArguments, onOutput });
}

async function childrenOf(pid: number): Promise<string[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter((child) => child !== '');
}
