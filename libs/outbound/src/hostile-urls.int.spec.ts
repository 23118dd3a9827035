import { once } from 'node:events';
import { createServer } from 'node:net';
import type { LookupAddress } from 'node:dns';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hostileUrls } from '#libs/testing';
import { GuardedFetcher } from './guarded-fetcher.js';
import { GuardedSender } from './guarded-sender.js';
import { OutboundError } from './outbound.error.js';

const PUBLIC = '93.184.215.14';
const REBINDINGS = 1_000;
const REFUSALS = ['bad_url', 'address_refused'];

interface Canary {
  readonly port: number;
  connections: number;
  close(): Promise<void>;
}

/** Counts every connection to every address of this machine. */
async function startCanary(): Promise<Canary> {
  const server = createServer((socket) => {
    canary.connections += 1;
    socket.destroy();
  });
  server.listen(0, '::');
  await once(server, 'listening');
  const address = server.address();
  const canary: Canary = {
    port: typeof address === 'object' && address ? address.port : 0,
    connections: 0,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
  return canary;
}

let canary: Canary;
let doors: { close(): Promise<void> }[];

beforeEach(async () => {
  canary = await startCanary();
  doors = [];
});
afterEach(async () => {
  await Promise.all([canary.close(), ...doors.map((door) => door.close())]);
});

function opened<Door extends { close(): Promise<void> }>(door: Door): Door {
  doors.push(door);
  return door;
}

const signal = new AbortController().signal;
const fetching = (fetcher: GuardedFetcher, url: URL) =>
  fetcher.fetch(url, { signal, accept: '*/*', recognise: () => 'text/plain' });
const posting = (sender: GuardedSender, url: URL) => sender.post(url, { headers: {}, body: '{}', signal });

async function problemOf(calling: Promise<unknown>): Promise<string> {
  const error: unknown = await calling.then(
    () => new Error('it was answered'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof OutboundError)) throw error;
  return error.problem;
}

describe('a hostile URL', () => {
  it('is refused by the fetcher and the sender without a connection, whatever ports are allowed', async () => {
    const ports = [canary.port, 80, 443, 22, 4222, 5432, 6379, 8222];
    // Whatever name is left is one of this machine.
    const resolve = async (): Promise<LookupAddress[]> => [{ address: '127.0.0.1', family: 4 }];
    const fetcher = opened(new GuardedFetcher({ ports, resolve }));
    const sender = opened(new GuardedSender({ ports, resolve }));
    const corpus = [...hostileUrls(canary.port, 'http'), ...hostileUrls(canary.port, 'https')];
    expect(hostileUrls(1).length).toBeGreaterThan(45);
    for (const { what, url } of corpus) {
      const parsed = URL.parse(url);
      // What is no URL at all goes nowhere.
      if (!parsed) continue;
      for (const calling of [fetching(fetcher, parsed), posting(sender, parsed)])
        expect([what, REFUSALS.includes(await problemOf(calling))]).toEqual([what, true]);
    }
    expect(canary.connections).toBe(0);
  });

  it('is as hostile behind a name that leads inside, alone or among public addresses', async () => {
    const inside = ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.1', '169.254.169.254', 'fd00:ec2::254'];
    const resolve = async (): Promise<LookupAddress[]> =>
      inside.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const options = { ports: [canary.port], resolve };
    const url = new URL(`https://internal.example:${canary.port}/`);
    expect(await problemOf(fetching(opened(new GuardedFetcher(options)), url))).toBe('address_refused');
    expect(await problemOf(posting(opened(new GuardedSender(options)), url))).toBe('address_refused');
    expect(canary.connections).toBe(0);
  });

  it(`gains nothing by a name that leads elsewhere each time it is asked for, in ${REBINDINGS} tries`, async () => {
    let asked = 0;
    // The first answer is what a check of the URL would see; the connection gets the next, which is inside.
    const resolve = async (): Promise<LookupAddress[]> => {
      asked += 1;
      return [{ address: asked % 2 === 1 ? '127.0.0.1' : '10.255.255.1', family: 4 }];
    };
    const sender = opened(new GuardedSender({ ports: [canary.port], resolve }));
    for (let index = 0; index < REBINDINGS; index += 1)
      expect(await problemOf(posting(sender, new URL(`https://r${index}.example:${canary.port}/`)))).toBe(
        'address_refused',
      );
    expect([asked, canary.connections]).toEqual([REBINDINGS, 0]);
  });

  it('is connected to at the very address that was checked: the name is asked for once', async () => {
    const answers = [PUBLIC, '127.0.0.1'];
    let asked = 0;
    const resolve = async (): Promise<LookupAddress[]> => {
      const address = answers[asked] ?? '127.0.0.1';
      asked += 1;
      return [{ address, family: 4 }];
    };
    const sender = opened(new GuardedSender({ ports: [canary.port], resolve, timeoutMilliseconds: 200 }));
    const url = new URL(`https://rebinding.example:${canary.port}/`);
    // Nobody answers at the public address from here; were the name asked for again, the canary would.
    expect(['timed_out', 'unreachable']).toContain(await problemOf(posting(sender, url)));
    expect([asked, canary.connections]).toEqual([1, 0]);
  });
});
