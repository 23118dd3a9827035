import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Invitation } from '#libs/contracts';
import { TerminalForTests } from '../call-api/terminal.fixture.js';
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

describe('switchyard members', () => {
  let members: Member[];
  /** What is refused: everything, or what is asked for at addresses that end so. */
  let refusal: { status: number; code: string; message: string; at?: string } | undefined;
  const terminal = new TerminalForTests(({ route, url, body }) => {
    if (refusal && url.pathname.endsWith(refusal.at ?? '')) return { status: refusal.status, body: { error: refusal } };
    return { body: answerTo(route.split(' ')[0], url, body as Record<string, unknown> | undefined) };
  });

  beforeAll(() => terminal.start());
  beforeEach(() => {
    [members, refusal] = [MEMBERS, undefined];
    terminal.listen();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => terminal.stop());

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

  const run = (...line: string[]) => terminal.run(membersCommand(), ...line, '--organization', 'acme');
  /** What was asked for that changes something. */
  const changes = () => terminal.asked.filter(({ route }) => !route.startsWith('GET'));

  describe('list', () => {
    it('shows every member to the last page, the place of each role, and asks with the key', async () => {
      await run('list');
      expect(terminal.asked.map(({ route }) => route)).toEqual([
        `GET ${AT}?limit=100`,
        `GET ${AT}?limit=100&after=mem_both`,
        `GET ${AT}?limit=100&after=mem_lab`,
      ]);
      expect(new Set(terminal.asked.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer sk-test']));
      const rows = terminal.printed.trimEnd().split('\n');
      expect(rows).toHaveLength(MEMBERS.length + 1);
      expect(rows[1]).toMatch(/Dev@acme\.example +developer +\* +api +mem_dev$/);
      expect(rows[3]).toMatch(/both@acme\.example +admin +web +api +mem_both_web$/);
    });

    it('prints all of them as one object with --json, and what to do where there are none', async () => {
      await run('list', '--json');
      expect(JSON.parse(terminal.printed)).toEqual(MEMBERS);
      [members, terminal.printed] = [[], ''];
      await run('list');
      expect(terminal.printed).toBe(
        'No members yet. Invite one with: switchyard members invite ADDRESS --role developer\n',
      );
    });

    it('needs to know whose', async () => {
      await expect(terminal.run(membersCommand(), 'list')).rejects.toMatchObject({
        code: 'commander.missingMandatoryOptionValue',
      });
      expect(terminal.asked).toEqual([]);
    });
  });

  describe('invite', () => {
    it('makes a member of who is none, in the whole organization as a developer, and shows the token', async () => {
      await run('invite', 'new@acme.example');
      expect(changes()).toMatchObject([
        { route: `POST ${AT}`, body: { email: 'new@acme.example', role: 'developer' } },
        { route: `POST ${AT}/mem_new/invitation`, body: { reset: false } },
      ]);
      expect(terminal.printed).toContain(
        'An invitation for x@y.example, good for one use until 2026-12-03T10:00:00.000Z.',
      );
      expect(terminal.printed).toContain('Token, shown this once: tok');
      expect(terminal.printed).toMatch(/It is used at: +http:\/\/127\.0\.0\.1:\d+\/auth\/invitation\n$/);
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
      expect(terminal.printed).toBe('dev@acme.example is viewer now, with the password that they have.\n');
      terminal.printed = '';
      await run('invite', 'dev@acme.example', '--project', 'web', '--role', 'viewer', '--json');
      expect(JSON.parse(terminal.printed)).toMatchObject({ id: 'mem_new', project: 'web', role: 'viewer' });
      await expect(run('invite', 'dev@acme.example')).rejects.toThrow(
        'They have a password already. With this command: --reset.',
      );
    });

    it('takes a role that there is, and no other', async () => {
      await expect(run('invite', 'new@acme.example', '--role', 'god')).rejects.toMatchObject({
        code: 'commander.invalidArgument',
      });
      expect(terminal.asked).toEqual([]);
    });

    it('prints the invitation as it is with --json', async () => {
      await run('invite', 'dev@acme.example', '--json');
      expect(JSON.parse(terminal.printed) as Invitation).toMatchObject({ kind: 'invitation', token: 'tok' });
    });
  });

  describe('invite --reset', () => {
    it('has the password of a member replaced, and says that it is that', async () => {
      await run('invite', 'dev@acme.example', '--reset');
      expect(changes()).toMatchObject([{ route: `POST ${AT}/mem_dev/invitation`, body: { reset: true } }]);
      expect(terminal.printed).toContain('A new password for x@y.example');
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
      expect(changes()).toMatchObject([{ route: `${method} ${AT}/${id}`, body, headers: { 'if-match': '*' } }]);
      expect(terminal.printed).toMatch(
        name === 'role' ? / is admin now\.\n$/ : / is (developer|admin|viewer) no more\.\n$/,
      );
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
    expect(terminal.printed).toBe('');
  });
});
