import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GuardedSender, type GuardedSenderOptions } from './guarded-sender.js';
import { servePages, type PageServer } from './page-server.fixture.js';

const HERE = '127.0.0.1';

const pages: Record<string, RequestListener> = {
  '/ok': (_request, response) => void response.writeHead(201, { 'retry-after': '7' }).end('thanks'),
  '/moved': (_request, response) =>
    void response.writeHead(302, { location: '/ok', connection: 'close' }).end('look there'),
  '/silence': () => undefined,
  '/slow': (_request, response) => void response.writeHead(200).write('beginning'),
  '/endless': (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(512)));
    };
    response.on('drain', more);
    more();
  },
};

let server: PageServer;
let senders: GuardedSender[] = [];

beforeEach(async () => {
  server = await servePages(pages, HERE);
});
afterEach(async () => {
  await Promise.all([server.close(), ...senders.map((sender) => sender.close())]);
  senders = [];
});

function senderWith(options: GuardedSenderOptions = { allow: [`${HERE}/32`] }): GuardedSender {
  const sender = new GuardedSender(options);
  senders.push(sender);
  return sender;
}

const here = (path: string): URL => new URL(`http://${HERE}:${server.port}${path}`);
const post = (sender: GuardedSender, url: URL, signal = new AbortController().signal) =>
  sender.post(url, { headers: { 'content-type': 'application/json' }, body: '{}', signal });

describe('GuardedSender', () => {
  it('gives status, Retry-After and the beginning of the answer', async () => {
    expect(await post(senderWith(), here('/ok'))).toEqual({ status: 201, retryAfter: '7', excerpt: 'thanks' });
    expect(server.requests[0]).toMatchObject({ method: 'POST' });
  });

  it('follows no redirect', async () => {
    expect(await post(senderWith(), here('/moved'))).toMatchObject({ status: 302, excerpt: 'look there' });
    expect(server.requests).toHaveLength(1);
  });

  it('reads no more of an answer than it wants', async () => {
    const { excerpt } = await post(senderWith(), here('/endless'));

    expect(excerpt).toBe('x'.repeat(2_048));
  });

  it.each(['/silence', '/slow'])('cuts %s after its time', async (path) => {
    const sender = senderWith({ allow: [`${HERE}/32`], timeoutMilliseconds: 100 });

    await expect(post(sender, here(path))).rejects.toMatchObject({ problem: 'timed_out' });
  });

  it('ends with the reason of its signal', async () => {
    await expect(post(senderWith(), here('/silence'), AbortSignal.abort(new Error('stopped')))).rejects.toThrow(
      'stopped',
    );
  });

  it('connects to no private address unless it is allowed, whatever the name says', async () => {
    const resolve = async () => [{ address: HERE, family: 4 }];
    const sender = senderWith({ allow: ['10.0.0.0/8'], ports: [server.port], resolve });

    await expect(post(sender, here('/ok'))).rejects.toMatchObject({ problem: 'address_refused' });
    await expect(post(sender, new URL(`https://receiver.example:${server.port}/ok`))).rejects.toMatchObject({
      problem: 'address_refused',
    });
    expect(server.requests).toHaveLength(0);
  });

  it('calls a public address by TLS only', async () => {
    const resolve = async () => [{ address: '93.184.215.14', family: 4 }];
    const sender = senderWith({ allow: ['10.0.0.0/8'], resolve });

    await expect(post(sender, new URL('http://receiver.example/'))).rejects.toThrow(/without TLS/);
  });

  it.each([
    ['http://receiver.example/hook', /without TLS/],
    ['ftp://receiver.example/', /must begin with https/],
    ['https://me:secret@receiver.example/', /user name or password/],
    ['https://127.1/hook', /public address/],
    ['https://0x7f.1/', /public address/],
    ['https://2130706433/', /public address/],
    ['https://[::1]/', /public address/],
    ['https://[::ffff:a9fe:a9fe]/', /public address/],
    ['https://169.254.169.254/latest/meta-data', /public address/],
    ['https://receiver.example:22/', /port 22/],
  ])('refuses %s before anything is sent', (url, reason) => {
    expect(() => senderWith({}).check(new URL(url))).toThrow(reason);
  });

  it('finds no fault with public and allowed URLs', () => {
    const sender = senderWith();

    expect(() => sender.check(here('/ok'))).not.toThrow();
    expect(() => senderWith({}).check(new URL('https://receiver.example:8443/hook?a=1'))).not.toThrow();
  });
});
