import { beforeAll, describe, expect, it } from '@jest/globals';

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly link?: boolean;
}
interface Checked {
  readonly lock: { readonly packages: Readonly<Record<string, object>> };
  readonly manifest: object;
  readonly policy: { readonly installScripts: object; readonly licences: readonly string[] };
  readonly licenceOf: (path: string) => string | undefined;
}

const GOOD: Entry = { version: '1.2.3', integrity: 'sha512-abc', license: 'MIT' };
const SCRIPT = new URL('../../deploy/local/supply-chain.mjs', import.meta.url).href;

let problemsOfLock: (checked: Checked) => string[];
beforeAll(async () => {
  ({ problemsOfLock } = (await import(SCRIPT)) as { problemsOfLock: typeof problemsOfLock });
});

/** What there is to say against a lock with one package. */
function problemsOf(
  entry: Entry,
  { path = 'node_modules/some', version = '1.2.3', installScripts = {} } = {},
): string[] {
  const dependencies = { some: version };
  return problemsOfLock({
    lock: { packages: { '': { dependencies }, [path]: entry } },
    manifest: { dependencies },
    policy: { installScripts, licences: ['MIT', 'ISC'] },
    licenceOf: () => undefined,
  });
}

describe('the check of the lock', () => {
  it('has nothing to say against what is pinned, silent and free', () => {
    expect(problemsOf(GOOD)).toEqual([]);
    expect(problemsOf({ ...GOOD, license: '(GPL-3.0 OR MIT)' })).toEqual([]);
    expect(problemsOf({ ...GOOD, hasInstallScript: true }, { installScripts: { some: 'why' } })).toEqual([]);
    expect(problemsOf({ version: '1.2.3', optional: true })).toEqual([]);
  });

  it.each([
    ['no digest', { version: '1.2.3', license: 'MIT' }, /no digest/],
    ['a weak digest', { ...GOOD, integrity: 'sha1-abc' }, /weak digest/],
    ['a place of its own', { ...GOOD, resolved: 'git+ssh://git@example.com/some.git' }, /names the place/],
    ['a way out of the project', { ...GOOD, link: true }, /link out/],
    ['a script nobody has looked at', { ...GOOD, hasInstallScript: true }, /runs a script/],
    ['a licence that is not on the list', { ...GOOD, license: 'AGPL-3.0' }, /AGPL-3.0/],
    ['two licences of which one is not', { ...GOOD, license: 'MIT AND GPL-3.0' }, /GPL-3.0/],
    ['no licence', { version: '1.2.3', integrity: 'sha512-abc' }, /licence undefined/],
  ])('finds %s', (_what, entry: Entry, words) => {
    expect(problemsOf(entry).join('\n')).toMatch(words);
  });

  it('finds versions that may move, lists that are stale and a lock that is not of this manifest', () => {
    expect(problemsOf(GOOD, { version: '^1.2.3' }).join()).toMatch(/no exact version/);
    expect(problemsOf(GOOD, { installScripts: { some: 'why' } }).join()).toMatch(/take it out/);
    const lock = { packages: { '': { dependencies: {} } } };
    const policy = { installScripts: {}, licences: [] };
    const checked = { lock, manifest: { dependencies: { some: '1.2.3' } }, policy, licenceOf: () => undefined };
    expect(problemsOfLock(checked).join()).toMatch(/other dependencies than package.json/);
  });
});
