import type { LookupAddress } from 'node:dns';
import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GuardedFetcher, type GuardedFetcherOptions } from './guarded-fetcher.js';
import { OutboundError } from './outbound.error.js';
import { servePages, type PageServer } from './page-server.fixture.js';

const HERE = '127.0.0.1';
const ELSEWHERE = '127.0.0.2';
const BODY = Buffer.from('sixteen bytes and a few more');

const redirectTo =
  (location: string): RequestListener =>
  (_request, response) =>
    void response.writeHead(302, { location, connection: 'close' }).end('moved');

const pages: Record<string, RequestListener> = {
  '/file': (_request, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end(BODY),
  '/empty': (_request, response) => void response.writeHead(200).end(),
  '/silence': () => undefined,
  '/slow': (_request, response) => void response.writeHead(200).write(BODY),
  '/cut': (_request, response) => {
    response.writeHead(200, { 'content-length': 1_000 }).write(BODY, () => response.destroy());
  },
  '/declared-large': (_request, response) => {
    response.writeHead(200, { 'content-length': 5_000 });
    response.flushHeaders();
  },
  '/endless': (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(512)));
    };
    response.on('drain', more);
    more();
  },
  '/gzip': (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(BODY),
  '/to-file': redirectTo('/file'),
  '/loop': redirectTo('/loop'),
  '/to-ftp': redirectTo('ftp://127.0.0.1/file'),
  '/to-nowhere': (_request, response) => void response.writeHead(302).end(),
  '/to-metadata': redirectTo('http://169.254.169.254/latest/meta-data/'),
  '/to-mapped': redirectTo('http://[::ffff:127.0.0.2]/file'),
};

let server: PageServer;
let fetcher: GuardedFetcher;

beforeEach(async () => {
  server = await servePages(pages, HERE);
  fetcher = fetcherWith({});
});
afterEach(async () => {
  await Promise.all([server.close(), fetcher.close()]);
});

function fetcherWith(options: GuardedFetcherOptions): GuardedFetcher {
  return new GuardedFetcher({ allow: [`${HERE}/32`], mostBytes: 4_096, ...options });
}

const get = (url: string, signal = new AbortController().signal, by = fetcher) =>
  by.fetch(new URL(url), { signal, accept: 'image/*', recognise: (_head, contentType) => contentType ?? 'none/given' });
const at = (path: string): string => `http://${HERE}:${server.port}${path}`;

async function problemOf(fetching: Promise<unknown>): Promise<string> {
  return (await refusalOf(fetching)).problem;
}

async function refusalOf(fetching: Promise<unknown>): Promise<OutboundError> {
  const error: unknown = await fetching.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OutboundError)) throw error;
  return error;
}

const sequence = (...answers: readonly string[]) => {
  let asked = 0;
  const resolve = async (): Promise<LookupAddress[]> => {
    const address = answers[asked] ?? '192.168.0.1';
    asked += 1;
    return [{ address, family: 4 }];
  };
  return { resolve, asked: () => asked };
};

describe('the guarded fetcher', () => {
  it('gets a file, also behind a redirect, and tells the server nothing of the caller', async () => {
    expect(await get(at('/to-file'))).toEqual({ bytes: BODY, mediaType: 'text/plain' });
    expect(server.requests.map(({ headers }) => Object.keys(headers).toSorted())).toEqual(
      Array.from({ length: 2 }, () => ['accept', 'accept-encoding', 'connection', 'host', 'user-agent']),
    );
    expect((await get(at('/empty'))).bytes).toHaveLength(0);
  });

  it('refuses addresses that are not public, however they are written, without a connection', async () => {
    const guarded = new GuardedFetcher();
    const hosts = [HERE, 'localhost', '2130706433', '0x7f.1', '017700000001', '127.1', '0', '[::1]', '[::ffff:7f00:1]'];
    for (const host of [...hosts, '127。0。0。1', '①27.0.0.1'])
      expect(await problemOf(get(`http://${host}:${server.port}/file`, undefined, guarded))).toBe('address_refused');
    expect(server.requests).toHaveLength(0);
    await guarded.close();
  });

  it('refuses a redirect to an address that is not public', async () => {
    const other = await servePages(pages, ELSEWHERE);
    pages['/to-other'] = redirectTo(`http://${ELSEWHERE}:${other.port}/file`);
    for (const path of ['/to-other', '/to-metadata', '/to-mapped'])
      expect(await problemOf(get(at(path)))).toBe('address_refused');
    expect(other.requests).toHaveLength(0);
    await other.close();
  });

  it('checks a name anew for each connection, so that a name that moves inside gains nothing', async () => {
    const names = sequence(HERE, ELSEWHERE);
    const rebound = fetcherWith({ resolve: names.resolve });
    expect(await problemOf(get(`http://pictures.example:${server.port}/to-file`, undefined, rebound))).toBe(
      'address_refused',
    );
    expect(server.requests.map(({ url }) => url)).toEqual(['/to-file']);
    expect(names.asked()).toBe(2);
    await rebound.close();
  });

  it('asks for a name once, and connects to the permitted ones of its addresses', async () => {
    const mixed = fetcherWith({
      resolve: async () => [ELSEWHERE, '10.0.0.1', HERE].map((address) => ({ address, family: 4 })),
    });
    expect((await get(`http://pictures.example:${server.port}/file`, undefined, mixed)).bytes).toEqual(BODY);
    await mixed.close();
  });

  it('says whether the address or the port is refused, and nothing of where a name leads to', async () => {
    const inside = new GuardedFetcher({ resolve: async () => [{ address: '10.1.2.3', family: 4 }] });
    const outside = new GuardedFetcher({ resolve: async () => [{ address: '1.1.1.1', family: 4 }] });
    const words = async (url: string, by: GuardedFetcher) => (await refusalOf(get(url, undefined, by))).message;
    expect(await words('http://vault.internal/', inside)).toBe('vault.internal is not at a public address');
    const port = 'port 8200 of vault.internal is not allowed, only 80 and 443 are';
    // Whether a name leads inside or not, and whether an address is public: at such a port the answer is the same.
    for (const by of [inside, outside]) expect(await words('http://vault.internal:8200/', by)).toBe(port);
    expect(await words('http://10.1.2.3:8200/', inside)).toBe(
      'port 8200 of 10.1.2.3 is not allowed, only 80 and 443 are',
    );
    await Promise.all([inside.close(), outside.close()]);
  });

  it('refuses public addresses at ports that are not of the web', async () => {
    const names = sequence('1.1.1.1', '1.1.1.1');
    const guarded = new GuardedFetcher({ resolve: names.resolve });
    expect(await problemOf(get('http://pictures.example:22/', undefined, guarded))).toBe('address_refused');
    await guarded.close();
  });

  it('refuses URLs of other schemes and with credentials, also behind a redirect', async () => {
    for (const url of ['file:///etc/passwd', 'data:text/plain,x', `http://user:word@${HERE}/file`, at('/to-ftp')])
      expect(await problemOf(get(url))).toBe('bad_url');
  });

  it('follows three redirects and no more', async () => {
    expect(await problemOf(get(at('/loop')))).toBe('too_many_redirects');
    expect(server.requests).toHaveLength(4);
    expect(await problemOf(get(at('/to-nowhere')))).toBe('unreachable');
  });

  it('stops at a body that is too large, by what it declares or by what comes', async () => {
    for (const path of ['/declared-large', '/endless']) expect(await problemOf(get(at(path)))).toBe('too_large');
  });

  it('stops at a body whose first bytes are of another type, or compressed', async () => {
    const picky = fetcher.fetch(new URL(at('/slow')), {
      signal: new AbortController().signal,
      accept: 'image/*',
      recognise: () => undefined,
    });
    expect(await problemOf(picky)).toBe('wrong_type');
    expect(await problemOf(get(at('/gzip')))).toBe('wrong_type');
  });

  it('gives up on names, answers and bodies that take too long', async () => {
    const hasty = fetcherWith({ timeoutMilliseconds: 100, resolve: () => Promise.withResolvers<never>().promise });
    for (const url of ['http://pictures.example/', at('/silence'), at('/slow')])
      expect(await problemOf(get(url, undefined, hasty))).toBe('timed_out');
    await hasty.close();
  });

  it('tells a broken connection, a missing file and a name without address apart from nothing else', async () => {
    const nameless = fetcherWith({ resolve: () => Promise.reject(new Error('getaddrinfo ENOTFOUND')) });
    expect(await problemOf(get('http://pictures.example/', undefined, nameless))).toBe('unreachable');
    for (const url of [at('/cut'), at('/missing'), `http://${HERE}:1/`])
      expect(await problemOf(get(url))).toBe('unreachable');
    await nameless.close();
  });

  it('ends with the reason of the caller who leaves', async () => {
    const leaving = new AbortController();
    const fetching = get(at('/silence'), leaving.signal);
    const reason = new Error('the caller left');
    leaving.abort(reason);
    await expect(fetching).rejects.toBe(reason);
  });
});
