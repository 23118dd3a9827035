import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Invitation } from '#libs/contracts';
import type { Member } from './member-api.js';
import { membersCommand } from './members.command.js';

const MEMBERS: Member[] = [
  { id: 'mem_dev', email: 'Dev@acme.example', role: 'developer', managedBy: 'api' },
  { id: 'mem_both', email: 'both@acme.example', role: 'viewer', managedBy: 'file' },
  { id: 'mem_both_web', email: 'both@acme.example', role: 'admin', project: 'web', managedBy: 'api' },
  { id: 'mem_lab', email: 'two@acme.example', role: 'viewer', project: 'lab', managedBy: 'api' },
  { id: 'mem_web', email: 'two@acme.example', role: 'developer', project: 'web', managedBy: 'api' },
  { id: 'mem_only_lab', email: 'lab@acme.example', role: 'viewer', project: 'lab', managedBy: 'api' },
];
const NEW: Member = { id: 'mem_new', email: 'new@acme.example', role: 'developer', managedBy: 'api' };
const AT = '/admin/v1/organizations/acme/members';
/** As many as an answer has, so that most members are not on the first page. */
const PAGE = 2;

interface Asked {
  readonly route: string;
  readonly body: unknown;
  readonly ifMatch: string | undefined;
  readonly key: string | undefined;
}

describe('switchyard members', () => {
  let server: Server;
  let members: Member[];
  let asked: Asked[];
  let printed: string;
  /** What is refused: everything, or what is asked for at addresses that end so. */
  let refusal: { status: number; code: string; message: string; at?: string } | undefined;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        const body = (text === '' ? undefined : JSON.parse(text)) as Record<string, unknown> | undefined;
        const { authorization: key, 'if-match': ifMatch } = request.headers;
        asked.push({ route: `${request.method} ${request.url}`, body, ifMatch, key });
        const url = new URL(request.url ?? '', 'http://localhost');
        const refused = url.pathname.endsWith(refusal?.at ?? '') ? refusal : undefined;
        response.statusCode = refused?.status ?? 200;
        response.end(JSON.stringify(refused ? { error: refused } : answerTo(request.method, url, body)));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    [members, asked, printed, refusal] = [MEMBERS, [], '', undefined];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function answerTo(method: string | undefined, url: URL, body: Record<string, unknown> | undefined): object {
    if (url.pathname.endsWith('/invitation')) {
      const kind = body?.['reset'] === true ? 'reset' : 'invitation';
      const expiresAt = '2026-12-03T10:00:00.000Z';
      return { object: 'invitation', email: 'x@y.example', organization: 'acme', kind, token: 'tok', expiresAt };
    }
    const one = members.find(({ id }) => url.pathname.endsWith(`/${id}`));
    if (method === 'DELETE') return { id: one?.id, deleted: true };
    if (method === 'PATCH') return { ...one, ...body };
    if (method === 'POST') return { ...NEW, ...body };
    const start = members.findIndex(({ id }) => id === url.searchParams.get('after')) + 1;
    const data = members.slice(start, start + PAGE);
    const hasMore = members.length > start + PAGE;
    return { data, hasMore, next: hasMore ? data.at(-1)?.id : null };
  }

  async function run(...line: string[]): Promise<void> {
    const command = membersCommand();
    for (const one of [command, ...command.commands]) one.exitOverride().configureOutput({ writeErr: () => undefined });
    const { port } = server.address() as AddressInfo;
    const connection = ['--organization', 'acme', '--url', `http://127.0.0.1:${port}`, '--key', 'sk-test'];
    await command.parseAsync([...line, ...connection], { from: 'user' });
  }
  /** What was asked for that changes something. */
  const changes = () => asked.filter(({ route }) => !route.startsWith('GET'));

  describe('list', () => {
    it('shows every member to the last page, the place of each role, and asks with the key', async () => {
      await run('list');
      expect(asked.map(({ route }) => route)).toEqual([
        `GET ${AT}?limit=100`,
        `GET ${AT}?limit=100&after=mem_both`,
        `GET ${AT}?limit=100&after=mem_lab`,
      ]);
      expect(new Set(asked.map(({ key }) => key))).toEqual(new Set(['Bearer sk-test']));
      const rows = printed.trimEnd().split('\n');
      expect(rows).toHaveLength(MEMBERS.length + 1);
      expect(rows[1]).toMatch(/Dev@acme\.example +developer +\* +api +mem_dev$/);
      expect(rows[3]).toMatch(/both@acme\.example +admin +web +api +mem_both_web$/);
    });

    it('prints all of them as one object with --json, and what to do where there are none', async () => {
      await run('list', '--json');
      expect(JSON.parse(printed)).toEqual(MEMBERS);
      [members, printed] = [[], ''];
      await run('list');
      expect(printed).toBe('No members yet. Invite one with: switchyard members invite ADDRESS --role developer\n');
    });

    it('needs to know whose', async () => {
      const command = membersCommand();
      for (const one of command.commands) one.exitOverride().configureOutput({ writeErr: () => undefined });
      await expect(command.parseAsync(['list', '--key', 'sk-test'], { from: 'user' })).rejects.toMatchObject({
        code: 'commander.missingMandatoryOptionValue',
      });
      expect(asked).toEqual([]);
    });
  });

  describe('invite', () => {
    it('makes a member of who is none, in the whole organization as a developer, and shows the token', async () => {
      await run('invite', 'new@acme.example');
      expect(changes()).toMatchObject([
        { route: `POST ${AT}`, body: { email: 'new@acme.example', role: 'developer' } },
        { route: `POST ${AT}/mem_new/invitation`, body: { reset: false } },
      ]);
      expect(printed).toContain('An invitation for x@y.example, good for one use until 2026-12-03T10:00:00.000Z.');
      expect(printed).toContain('Token, shown this once: tok');
      expect(printed).toMatch(/It is used at: +http:\/\/127\.0\.0\.1:\d+\/auth\/invitation\n$/);
    });

    it.each([
      ['whatever letters the address is written in', 'dev@ACME.example', 'mem_dev', []],
      ['in the project that is named', 'both@acme.example', 'mem_both_web', ['--project', 'web']],
      ['in the whole organization where none is', 'both@acme.example', 'mem_both', []],
    ] as const)('makes no second member of who is one: %s', async (_what, address, id, flags) => {
      await run('invite', address, ...flags);
      expect(changes().map(({ route }) => route)).toEqual([`POST ${AT}/${id}/invitation`]);
    });

    it('makes a member of the project of somebody who is one elsewhere', async () => {
      await run('invite', 'dev@acme.example', '--project', 'web', '--role', 'viewer');
      expect(changes()[0]).toMatchObject({
        route: `POST ${AT}`,
        body: { email: 'dev@acme.example', project: 'web', role: 'viewer' },
      });
    });

    it('gives a further role to who has joined before, and sends who had it already to --reset', async () => {
      refusal = { status: 409, code: 'already_joined', message: 'They have a password already.', at: '/invitation' };
      await run('invite', 'dev@acme.example', '--project', 'web', '--role', 'viewer');
      expect(printed).toBe('dev@acme.example is viewer now, with the password that they have.\n');
      printed = '';
      await run('invite', 'dev@acme.example', '--project', 'web', '--role', 'viewer', '--json');
      expect(JSON.parse(printed)).toMatchObject({ id: 'mem_new', project: 'web', role: 'viewer' });
      await expect(run('invite', 'dev@acme.example')).rejects.toThrow(
        'They have a password already. With this command: --reset.',
      );
    });

    it('takes a role that there is, and no other', async () => {
      await expect(run('invite', 'new@acme.example', '--role', 'god')).rejects.toMatchObject({
        code: 'commander.invalidArgument',
      });
      expect(asked).toEqual([]);
    });

    it('prints the invitation as it is with --json', async () => {
      await run('invite', 'dev@acme.example', '--json');
      expect(JSON.parse(printed) as Invitation).toMatchObject({ kind: 'invitation', token: 'tok' });
    });
  });

  describe('invite --reset', () => {
    it('has the password of a member replaced, and says that it is that', async () => {
      await run('invite', 'dev@acme.example', '--reset');
      expect(changes()).toMatchObject([{ route: `POST ${AT}/mem_dev/invitation`, body: { reset: true } }]);
      expect(printed).toContain('A new password for x@y.example');
    });

    it('makes nobody a member', async () => {
      await expect(run('invite', 'new@acme.example', '--reset')).rejects.toThrow(
        'new@acme.example is no member there. "switchyard members list" shows who is.',
      );
      await expect(run('invite', 'dev@acme.example', '--reset', '--project', 'web')).rejects.toThrow('no member there');
      expect(changes()).toEqual([]);
    });
  });

  describe.each([
    ['role', 'PATCH', ['admin'], { role: 'admin' }],
    ['remove', 'DELETE', [], undefined],
  ] as const)('%s', (name, method, more, body) => {
    it.each([
      ['of the only role', 'DEV@acme.example', 'mem_dev', []],
      ['of the role in the project', 'both@acme.example', 'mem_both_web', ['--project', 'web']],
      ['of the role in the whole organization beside one in a project', 'both@acme.example', 'mem_both', []],
      ['of the only role, which is in a project', 'lab@acme.example', 'mem_only_lab', []],
    ] as const)('%s', async (_what, address, id, flags) => {
      await run(name, address, ...more, ...flags);
      expect(changes()).toMatchObject([{ route: `${method} ${AT}/${id}`, body, ifMatch: '*' }]);
      expect(printed).toMatch(name === 'role' ? / is admin now\.\n$/ : / is (developer|admin|viewer) no more\.\n$/);
    });

    it('changes nothing where it could be either of several projects, and names them', async () => {
      await expect(run(name, 'two@acme.example', ...more)).rejects.toThrow(
        'two@acme.example has roles in several projects; name one with --project: lab, web.',
      );
      await expect(run(name, 'two@acme.example', ...more, '--project', 'shop')).rejects.toThrow('no member there');
      await expect(run(name, 'nobody@acme.example', ...more)).rejects.toThrow('no member there');
      expect(changes()).toEqual([]);
    });
  });

  it('tells a refusal in the words of the API, and prints nothing', async () => {
    refusal = { status: 403, code: 'grants_more_than_you_have', message: 'You cannot invite an owner.' };
    await expect(run('invite', 'new@acme.example', '--role', 'owner')).rejects.toMatchObject({
      message: 'You cannot invite an owner.',
      retryable: false,
    });
    refusal = { status: 404, code: 'not_found', message: "There is no organization 'acme' that you may see." };
    await expect(run('list')).rejects.toThrow("There is no organization 'acme' that you may see.");
    expect(printed).toBe('');
  });
});
