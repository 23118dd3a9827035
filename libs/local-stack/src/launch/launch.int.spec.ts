import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { eventually } from '#libs/testing';

import { freePort } from '../processes/free-port.js';
import { identifyProcess } from '../processes/process-identity.js';
import { ProcessRecords, type ProcessRecord } from '../processes/process-record.js';
import { launch } from './launch.js';
import { SERVICES_IN_START_ORDER, SERVICES_IN_STOP_ORDER } from './stack-services.js';

/** Stands in for a service: it ends on SIGTERM and when its launcher is gone, and tells when it did. */
const STAND_IN = `
const { appendFileSync } = require('node:fs');
const name = __dirname.split('/').at(-2);
const leave = () => { appendFileSync(process.env.SWITCHYARD_HOME + '/left', name + '\\n'); process.exit(0); };
process.on('SIGTERM', leave).on('disconnect', leave);
console.log(JSON.stringify({ level: 40, msg: 'env ' + Object.keys(process.env).filter((key) => /^SWITCHYARD|_URL$/.test(key)).sort() }));
if (name === 'ingress') require('node:http').createServer((request, response) => response.end('{}')).listen(process.env.SWITCHYARD_PORT, '127.0.0.1');
else setInterval(() => {}, 1000);
`;
const STARTS_WITHIN = { withinMilliseconds: 30_000 };

describe('launch', () => {
  let folder: string;
  let home: string;
  let port: number;
  let output: string[];

  beforeEach(async () => {
    // Postgres may run under another account (when we are root), which must be able to reach its data.
    folder = await mkdtemp(join(tmpdir(), 'switchyard-launch-'));
    home = join(folder, 'home');
    port = await freePort();
    output = [];
    for (const name of SERVICES_IN_START_ORDER) await standIn(name, STAND_IN);
  });
  afterEach(async () => rm(folder, { recursive: true }));

  const standIn = async (name: string, source: string): Promise<void> => {
    const serviceFolder = join(folder, 'dist', 'services', name, 'src');
    await mkdir(serviceFolder, { recursive: true });
    await writeFile(join(serviceFolder, 'main.js'), source);
  };

  const print = (text: string): void => void output.push(text);
  const ready = () => eventually(() => expect(output.join('\n')).toContain('Switchyard is ready.'), STARTS_WITHIN);

  const start = () => {
    const stop = new AbortController();
    const environment = {
      ...process.env,
      SWITCHYARD_HOME: home,
      SWITCHYARD_PORT: String(port),
      SWITCHYARD_ADMIN_KEY: 'a-key-of-my-own!',
    };
    const ended = launch({ environment, projectFolder: folder, signal: stop.signal, print });
    return { ready, stop: () => stop.abort(), ended };
  };

  const processes = async (): Promise<ReadonlyMap<string, ProcessRecord>> =>
    new Map((await new ProcessRecords(join(home, 'run')).living()).map((record) => [record.name, record]));

  it('starts everything, restarts what is killed, and stops in order without leaving a process', async () => {
    const launcher = start();
    await launcher.ready();
    const before = await processes();
    expect([...before.keys()].toSorted()).toEqual([...SERVICES_IN_START_ORDER, 'nats-server', 'postgres'].toSorted());
    expect(output.join('\n')).toContain(`curl http://127.0.0.1:${port}/v1/chat/completions`);

    for (const name of ['worker', 'nats-server', 'postgres']) process.kill(before.get(name)?.pid ?? 0, 'SIGKILL');
    const after = await eventually(async () => {
      const living = await processes();
      for (const name of ['worker', 'nats-server', 'postgres']) {
        expect(living.get(name)?.pid).toBeDefined();
        expect(living.get(name)?.pid).not.toBe(before.get(name)?.pid);
      }
      return living;
    }, STARTS_WITHIN);
    expect(output).toContain('worker stopped (signal SIGKILL), restarting in 0.25 s');

    launcher.stop();
    await launcher.ended;
    expect((await readFile(join(home, 'left'), 'utf8')).trim().split('\n')).toEqual([...SERVICES_IN_STOP_ORDER]);
    expect([...after.values()].filter(({ pid, identity }) => identifyProcess(pid) === identity)).toEqual([]);
  }, 90_000);

  it('hands the services addresses and digests, but never the admin key, and says what should be looked at', async () => {
    const notice = 'control: the newest configuration is refused';
    const state = JSON.stringify({ status: 'ready', missing: [], notices: [notice] });
    await standIn('ingress', STAND_IN.replace("response.end('{}')", `response.end('${state}')`));
    const launcher = start();
    await launcher.ready();
    expect(output.join('\n')).toContain(`Not all is as it should be, though: see below.`);
    expect(output.join('\n')).toContain(`  ! ${notice}\n  → Put right`);
    launcher.stop();
    await launcher.ended;

    const line = output.find((text) => text.includes('env ')) ?? '';
    for (const name of [
      'NATS_URL',
      'DATABASE_URL',
      'SWITCHYARD_HOME',
      'SWITCHYARD_SECRET_KEY',
      'SWITCHYARD_ADMIN_KEY_SHA256',
    ])
      expect(line).toContain(name);
    expect(line).not.toMatch(/SWITCHYARD_ADMIN_KEY(,|$)/);
  }, 60_000);

  it('refuses a second launcher on the same data folder and leaves the first alone', async () => {
    const launcher = start();
    await launcher.ready();

    await expect(start().ended).rejects.toThrow(`Switchyard already runs on ${home}`);

    expect((await processes()).size).toBe(9);
    launcher.stop();
    await launcher.ended;
  }, 60_000);

  it('gives up with the last words of a service that ends again and again', async () => {
    await standIn('billing', 'console.error("no such column: amount"); process.exit(1);');
    await standIn(
      'ingress',
      STAND_IN.replace("response.end('{}')", 'response.writeHead(503).end(\'{"missing":["billing"]}\')'),
    );

    await expect(start().ended).rejects.toThrow(/billing ended 5 times in a row\.\n {2}no such column: amount/);

    expect(output).toContain('waiting for billing');
    expect((await processes()).size).toBe(0);
  }, 60_000);

  it('says which service is not built before it starts anything', async () => {
    await rm(join(folder, 'dist', 'services', 'audit'), { recursive: true });

    await expect(start().ended).rejects.toMatchObject({
      message: expect.stringContaining('The service audit is not built'),
      remedy: 'Run npm run build.',
    });
  });
});
