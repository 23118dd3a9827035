import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readSettings } from '#libs/config';
import { serviceNames } from '#libs/contracts';
import {
  cacheFolder,
  ChildProcess,
  findNatsServer,
  freePort,
  postgresAccount,
  PostgresServer,
} from '#libs/local-stack';
import { MessagingParts } from '#libs/messaging';
import { Database } from '#libs/storage';
import { eventually, startNatsForTests } from '#libs/testing';
import { makeAuthority, makeCertificate } from './certificates.js';
import { ensureDeploymentAccess } from './deployment-access.js';

const silent = { info: () => undefined, warn: () => undefined };
const PASSWORD = 'f0e1d2c3b4a5968778695a4b3c2d1e0f';

describe('the access of a deployment', () => {
  let folder: string;
  const within = (...parts: string[]) => join(folder, 'access', ...parts);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-access-'));
    // Postgres may run under another account than ours.
    await chmod(folder, 0o711);
    const account = await postgresAccount();
    const owners = account === undefined ? undefined : { services: process.getuid?.() ?? 0, postgres: account.uid };
    await ensureDeploymentAccess(within(), { owners });
    await chmod(within(), 0o711);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('gives each process its own part, and keeps its secrets closed', async () => {
    for (const name of serviceNames) {
      const isSealer = ['ingress', 'router', 'jobs', 'billing', 'audit'].includes(name);
      const own = ['ca.pem', `${name}.nk`, ...(isSealer ? ['requests.key'] : [])];
      expect((await readdir(within(name))).toSorted()).toEqual(own.toSorted());
      if (isSealer) expect((await stat(within(name, 'requests.key'))).mode & 0o777).toBe(0o600);
      expect((await stat(within(name, `${name}.nk`))).mode & 0o777).toBe(0o600);
    }
    for (const key of [within('nats', 'server.key'), within('postgres', 'server.key'), within('authority', 'ca.key')])
      expect((await stat(key)).mode & 0o777).toBe(0o600);
  });

  it('stays as it is when it is made again, and certificates are renewed that end soon or are for fewer names', async () => {
    const place = await mkdtemp(join(tmpdir(), 'switchyard-access-'));
    await ensureDeploymentAccess(place);
    const read = (file: string) => readFile(join(place, file), 'utf8');
    const files = ['authority/ca.pem', 'worker/worker.nk', 'nats/server.pem', 'postgres/server.key'];
    const before = await Promise.all(files.map(read));
    await ensureDeploymentAccess(place);
    expect(await Promise.all(files.map(read))).toEqual(before);

    const authority = { certificate: await read('authority/ca.pem'), key: await read('authority/ca.key') };
    const names = ['nats', 'localhost', '127.0.0.1'];
    const ending = makeCertificate(authority, { commonName: 'nats', names, validDays: 60 });
    await writeFile(join(place, 'nats/server.pem'), ending.certificate);
    await writeFile(join(place, 'nats/server.key'), ending.key);
    await ensureDeploymentAccess(place);
    const renewed = await read('nats/server.pem');
    expect(renewed).not.toBe(ending.certificate);
    await ensureDeploymentAccess(place, { names: ['nats.example.com'] });
    expect(await read('nats/server.pem')).not.toBe(renewed);
    expect(await read('authority/ca.pem')).toBe(before[0]);
    await rm(place, { recursive: true });
  });

  describe('at the nats-server that docker-compose.yml runs', () => {
    let port: number;
    let server: ChildProcess;

    beforeAll(async () => {
      const { binary } = await findNatsServer({ cache: cacheFolder(process.env), environment: process.env });
      port = await freePort();
      const monitoringPort = await freePort();
      // Only what containers have of their own is put elsewhere: port, store, and where ./access is mounted.
      const text = (await readFile('deploy/nats/nats.conf', 'utf8'))
        .replace('port: 4222', `port: ${port}`)
        .replace('127.0.0.1:8222', `127.0.0.1:${monitoringPort}`)
        .replace('"/data"', JSON.stringify(join(folder, 'store')))
        .replace('include "access/', 'include "access/nats/')
        .replaceAll('/etc/nats/access/', within('nats/'));
      await writeFile(join(folder, 'nats.conf'), text);
      server = await ChildProcess.start({
        name: 'nats-server',
        command: binary,
        arguments: ['-c', join(folder, 'nats.conf')],
        workingFolder: folder,
        onOutput: () => undefined,
      });
      await eventually(async () => expect((await fetch(`http://127.0.0.1:${monitoringPort}/healthz`)).ok).toBe(true));
    });
    afterAll(async () => {
      await server.kill();
    });

    const open = (environment: NodeJS.ProcessEnv, host = 'localhost') => {
      const { natsUrl, natsSeedFile, natsTls } = readSettings(
        { NATS_URL: `tls://${host}:${port}`, ...environment },
        { required: ['natsUrl'] },
      );
      return MessagingParts.open(natsUrl, 'control', silent, { seedFile: natsSeedFile, tls: natsTls });
    };
    const own = () => ({
      SWITCHYARD_NATS_CA: within('control', 'ca.pem'),
      SWITCHYARD_NATS_SEED_FILE: within('control', 'control.nk'),
    });

    it('a service is let in by its own part, over TLS, by name and by address', async () => {
      for (const host of ['localhost', '127.0.0.1']) {
        const control = await open(own(), host);
        expect(control.link.connection.info?.tls_required).toBe(true);
        await control.close();
      }
    });

    it('a client that does not know the authority does not go on', async () => {
      const foreign = join(folder, 'foreign.pem');
      await writeFile(foreign, makeAuthority('another', 1).certificate);

      await expect(open({ ...own(), SWITCHYARD_NATS_CA: foreign })).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining('SWITCHYARD_NATS_CA'),
      });
    });

    it('whoever speaks in plain text, or has no identity, is refused', async () => {
      const socket = connect(port, '127.0.0.1');
      const heard: string[] = [];
      socket.on('data', (data) => heard.push(data.toString()));
      socket.on('error', () => undefined);
      socket.write('CONNECT {"verbose":false}\r\nPING\r\n');
      await once(socket, 'close');
      expect(heard.join('')).not.toContain('PONG');

      await expect(open({ SWITCHYARD_NATS_CA: within('control', 'ca.pem') })).rejects.toMatchObject({
        code: 'refused',
      });
    });
  });

  it('a server without TLS is not spoken to where TLS is asked for', async () => {
    const plain = await startNatsForTests();

    await expect(
      MessagingParts.open(plain.url.replace('127.0.0.1', 'localhost'), 'control', silent, {
        tls: { caFile: within('control', 'ca.pem'), certificateFile: undefined, keyFile: undefined },
      }),
    ).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('TLS') });
    await plain.stop();
  });

  it('a server that wants a certificate of its clients is shown ours', async () => {
    const file = (name: string) => JSON.stringify(within('nats', name));
    const blocks = `tls { cert_file: ${file('server.pem')}, key_file: ${file('server.key')}, ca_file: ${file('ca.pem')}, verify: true }`;
    const nats = await startNatsForTests({ blocks });
    const url = nats.url.replace('127.0.0.1', 'localhost');
    const caFile = within('control', 'ca.pem');
    const tls = { caFile, certificateFile: within('nats', 'server.pem'), keyFile: within('nats', 'server.key') };

    const control = await MessagingParts.open(url, 'control', silent, { tls });
    await control.close();
    await nats.stop();
  });

  describe('at a Postgres with the settings of docker-compose.yml', () => {
    let server: PostgresServer;

    beforeAll(async () => {
      const compose = parse(await readFile('docker-compose.yml', 'utf8')) as {
        services: { postgres: { command: string[] } };
      };
      const settings = Object.fromEntries(
        compose.services.postgres.command.slice(1).map((argument) => {
          const [name = '', value = ''] = argument.slice('-c'.length).split('=');
          return [name, value.replace('/access', within('postgres'))];
        }),
      );
      server = await PostgresServer.start({
        dataFolder: join(folder, 'postgres-data'),
        password: PASSWORD,
        durable: false,
        settings,
      });
    });
    afterAll(async () => {
      await server.stop();
    });

    const connectBy = async (query: string, environment: NodeJS.ProcessEnv): Promise<string[]> => {
      const url = `${server.urlOf('postgres').replace('127.0.0.1', 'localhost')}${query}`;
      const { databaseUrl } = readSettings({ DATABASE_URL: url, ...environment }, { required: ['databaseUrl'] });
      const reasons: string[] = [];
      const warn = (fields: object) => void reasons.push((fields as { reason: string }).reason);
      const log = { info: () => undefined, warn };
      const database = new Database({ url: databaseUrl, schema: 'tried', entities: [], migrations: [], log });
      database.start();
      await eventually(() => expect(database.isReady || reasons.length > 0).toBe(true), { withinMilliseconds: 30_000 });
      if (database.isReady)
        reasons.push(
          ...(
            await database.query<{ version: string }>('SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
          ).map(({ version }) => version),
        );
      await database.close();
      return reasons;
    };

    it('a service that knows the authority speaks TLS', async () => {
      const known = { SWITCHYARD_DATABASE_CA: within('jobs', 'ca.pem') };

      expect(await connectBy('?sslmode=verify-full', known)).toEqual([expect.stringMatching(/^TLSv1\.[23]$/)]);
      expect(await connectBy('', known)).toEqual([expect.stringMatching(/^TLSv1\.[23]$/)]);
    });

    it('another authority, or none, is not good enough, whatever mode is asked for', async () => {
      const foreign = join(folder, 'foreign-database.pem');
      await writeFile(foreign, makeAuthority('another', 1).certificate);

      for (const mode of ['verify-full', 'require', 'prefer', 'require&uselibpqcompat=true'])
        expect(await connectBy(`?sslmode=${mode}`, { SWITCHYARD_DATABASE_CA: foreign })).toEqual([
          expect.stringMatching(/certificate|self.signed/i),
        ]);
      expect(await connectBy('?sslmode=require', {})).toEqual([expect.stringMatching(/certificate|self.signed/i)]);
    });

    it('plain text is refused', async () => {
      expect(await connectBy('?sslmode=disable', {})).toEqual([expect.stringMatching(/no encryption/)]);
    });
  });
});
