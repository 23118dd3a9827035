import { describe, expect, it } from '@jest/globals';

import { formatProblem } from '../configuration-problem.js';
import { compileText, policyFile } from './policy-file.fixture.js';

/** The problems of a text, one line each as people see them. */
function problemsOf(text: string): string[] {
  const result = compileText(text);
  return result.isValid
    ? []
    : result.problems.map((problem) => formatProblem(problem).slice('switchyard.yaml:'.length));
}

const rule = (fields: string): string => `rules: [{ name: a, ${fields} }]`;

/** Lines of the first model, which begin at line 10, column 5. */
const OF_MODEL: readonly [what: string, line: string, problem: string | RegExp][] = [
  [
    'an unknown strategy',
    'strategy: lowest-prise',
    '10:5: models[0].strategy: is not one of the choices; did you mean "lowest-cost"?',
  ],
  ['a strategy that is a number', 'strategy: 1', /^10:5: models\[0\]\.strategy: must be a word such as/],
  ['a strategy without kind', 'strategy: { by: key }', /strategy\.kind: is missing; it must be one of priority,/],
  [
    'a field of another strategy',
    'strategy: { kind: lowest-cost, by: key }',
    /^10:36: models\[0\]\.strategy\.by: unknown field; there is kind/,
  ],
  ['a percentile in between', 'strategy: { kind: lowest-latency, percentile: 75 }', /percentile: must be 50, 90, 95/],
  ['a tolerance over one', 'strategy: { kind: lowest-latency, tolerance: 2 }', /tolerance: must be at most 1/],
  ['a score of nothing', 'strategy: { kind: score, quality: 0 }', /strategy: must have a weight over zero/],
  ['an unknown field of a rule', rule('then: {}, wen: x'), /rules\[0\]\.wen: unknown field; did you mean "when"\?/],
  ['a rule without then', 'rules: [{ name: a }]', /rules\[0\]\.then: is missing; it must be a set of fields/],
  [
    'a condition that does not compile',
    rule(`when: 'request.task ==', then: {}`),
    /^10:24: models\[0\]\.rules\[0\]\.when: it does not compile: Unexpected token/,
  ],
  [
    'a condition about what there is not',
    rule(`when: 'request.tsk == "code"', then: {}`),
    /unknown name request\.tsk; did you mean request\.task\?/,
  ],
  ['an impossible condition', rule(`when: '1 > 2', then: {}`), /when: impossible condition/],
  ['a condition without end', rule(`when: 'request.user.matches("a+")', then: {}`), /when: matches\(\) is refused/],
  ['a refusal beside a model', rule('then: { refuse: No., model: large }'), /then\.model: stands beside refuse/],
  ['an unknown model in a rule', rule('then: { model: huge }'), /then\.model: no model is called "huge"; there are/],
  ['a level of a model without auto', rule('then: { model: "large:best" }'), /no model is called "large:best"/],
  [
    'a rule that leads to its own model',
    rule('then: { model: small }'),
    /then\.model: leads in a circle: small > small/,
  ],
  [
    'a rule after one that always holds',
    'rules: [{ name: a, then: {} }, { name: b, then: { tags: [new] } }]',
    /^10:36: models\[0\]\.rules\[1\]: can never be reached, since the rule "a" before it holds for every request/,
  ],
  [
    'a rule after one with nothing but a time zone',
    'rules: [{ name: a, window: { timeZone: UTC }, when: "true", then: {} }, { name: b, then: {} }]',
    /rules\[1\]: can never be reached/,
  ],
  [
    'two rules of one name',
    'rules: [{ name: a, when: request.stream, then: {} }, { name: a, then: {} }]',
    /same|already/,
  ],
  ['an unknown tag in a rule', rule('then: { tags: [fats] }'), /tags\[0\]: no target here has the tag "fats"; did you/],
  ['a tag of the first model only', rule('then: { model: large, tags: [fast] }'), /has the tag "fast"; there is big/],
  ['an unknown time zone', rule('window: { timeZone: Europe/Berln }, then: {}'), /did you mean "Europe\/Berlin"\?/],
  ['a window without a zone', rule('window: { days: [mon] }, then: {}'), /window\.timeZone: is missing/],
  [
    'an unknown day',
    rule('window: { timeZone: UTC, days: [monday] }, then: {}'),
    /days\[0\]: is not one of the choices/,
  ],
  ['a day twice', rule('window: { timeZone: UTC, days: [mon, mon] }, then: {}'), /days: must name each day once/],
  ['a time of another form', rule('window: { timeZone: UTC, from: "9:00" }, then: {}'), /from: must be a time of day/],
  ['a time as a number', rule('window: { timeZone: UTC, from: 9 }, then: {}'), /from: must be a time of day/],
  ['a day of 25 hours', rule('window: { timeZone: UTC, to: "25:00" }, then: {}'), /to: must be a time of day from/],
  [
    'a window of nothing',
    rule('window: { timeZone: UTC, from: "09:00", to: "09:00" }, then: {}'),
    /to: is the same as/,
  ],
  ['requirements of nothing', 'require: {}', /require: requires nothing/],
  [
    'an unknown provider in require',
    'require: { providers: [mian] }',
    /providers\[0\]: no provider is called "mian"; did/,
  ],
  ['a price as a number', 'require: { maxInputPerMillion: 3 }', /maxInputPerMillion: must be text, in quotes: "3"/],
  [
    'regions where no target is',
    'require: { regions: [asia] }',
    '10:5: models[0].require: no target is left: main gpt (its region is eu), toy sim-small (its region is us); require less, or add a target that fits',
  ],
  [
    'a promise that nobody gave',
    'require: { zeroRetention: true }',
    /no target is left: main gpt \(its dataPolicy\.ret/,
  ],
  [
    'a ceiling below all prices',
    'require: { notProviders: [toy], maxInputPerMillion: "1" }',
    /gpt \(its tokens cost more/,
  ],
  [
    'a rule without a target',
    rule('then: { require: { regions: [eu] }, tags: [new] }'),
    /then\.require: no target is left/,
  ],
  [
    'a rule that leads out of what is required',
    `require: { regions: [eu] }\n    ${rule('then: { model: large }')}`,
    /^11:.*rules\[0\]\.then\.model: no target is left: toy sim-large \(its region is not known\)/,
  ],
  [
    'a copy that may go nowhere',
    'require: { regions: [eu] }\n    shadow: { model: large, share: 1 }',
    /shadow\.model: no target is left: toy sim-large/,
  ],
  [
    'a fallback that can never be tried',
    'require: { regions: [eu] }\n    fallbacks: { contentFilter: [large] }',
    /fallbacks\.contentFilter\[0\]: no target is left: toy sim-large/,
  ],
  ['an unknown organization', 'access: { organizations: [acme] }', /there is no organization "acme"; there is demo/],
  [
    'an unknown project',
    'access: { projects: [demo/paied] }',
    /there is no project "demo\/paied"; did you mean "demo\/paid"/,
  ],
  ['a project without its organization', 'access: { projects: [paid] }', /must be written organization\/project/],
  [
    'an unknown key',
    'access: { deny: { keys: [demo/paid/ci] } }',
    /access\.deny\.keys\[0\]: no key has this name; did you mean "demo/,
  ],
  ['a tier that no key has', 'access: { tiers: [silver] }', /no key has the tier "silver"; .*give it as tier to a key/],
  ['access for nobody', 'access: { keys: [] }', /access\.keys: must have at least 1 entry/],
  ['an unknown way to be sticky', 'sticky: sesion', /sticky: is not one of the choices; did you mean "session"\?/],
  ['a canary without a target', 'canary: { tag: big, share: 0.1 }', /canary\.tag: no target here has the tag "big"/],
  ['a share in percent', 'canary: { tag: new, share: 5 }', /canary\.share: must be at most 1/],
  [
    'an unknown model to fall back to',
    'fallbacks: { models: [larg] }',
    /models\[0\]: no model is called "larg"; did you/,
  ],
  [
    'a fallback to itself',
    'fallbacks: { contextTooLong: ["small:floor"] }',
    /contextTooLong\[0\]: is the model itself/,
  ],
  ['a fallback twice', 'fallbacks: { models: [large, large] }', /fallbacks\.models\[1\]: is listed already/],
  [
    'an unknown class of failure',
    'failures: { rate-limit: { goOn: true } }',
    /rate-limit: .*did you mean "rate_limit"\?/,
  ],
  [
    'a failure of our own',
    'failures: { worker_lost: { goOn: true } }',
    /worker_lost: unknown field; there are authentication,/,
  ],
  ['too many retries', 'failures: { quota: { retry: { attempts: 21 } } }', /retry\.attempts: must be at most 20/],
  ['a rule for failures without a word', 'failures: { quota: {} }', /quota: says nothing/],
  ['a retry without a number', 'failures: { quota: { retry: {} } }', /retry\.attempts: is missing/],
  ['a deadline of zero', 'deadlineMs: 0', /deadlineMs: must be at least 1/],
  ['another end of a cut stream', 'onCut: continue', /onCut: is not one of the choices/],
  ['a hedge that ends before it begins', 'hedge: { minMs: 900, maxMs: 100 }', /hedge\.minMs: is longer than maxMs/],
  ['a copy to itself', 'shadow: { model: small, share: 1 }', /shadow\.model: is the model itself/],
  ['a copy to a suffix', 'shadow: { model: "large:floor", share: 1 }', /no model is called "large:floor"/],
  ['a cache for ever', 'cache: { seconds: 1e9 }', /cache\.seconds: must be at most 604800/],
  ['wishes of another kind', 'callersWishes: true', /callersWishes: is not one of the choices/],
  ['auto beside targets', 'auto: { weak: large, strong: one }', /^7:5: models\[0\]\.targets: stands beside auto/],
];

const OTHERS: readonly [what: string, more: string, problem: string | RegExp][] = [
  ['neither targets nor auto', '  - { name: bad }', /models\[3\]\.targets: is missing; .* unless the model has auto/],
  ['an empty list of targets', '  - { name: bad, targets: [] }', /targets: must have at least 1 entry/],
  [
    'a hedge with one target',
    '  - { name: bad, targets: [{ provider: toy, model: m }], hedge: {} }',
    /needs a second target/,
  ],
  [
    'a rescue with one target',
    '  - { name: bad, targets: [{ provider: toy, model: m }], onCut: rescue }',
    /models\[3\]\.onCut: needs a second target to go on/,
  ],
  [
    'auto of unknown models',
    '  - { name: bad, auto: { weak: smal, strong: large } }',
    /auto\.weak: .*did you mean "small"/,
  ],
  [
    'auto of one model',
    '  - { name: bad, auto: { weak: large, strong: large } }',
    /auto\.strong: is the weak model too/,
  ],
  [
    'auto of auto',
    '  - { name: other, auto: { weak: one, strong: large } }\n  - { name: bad, auto: { weak: one, strong: other } }',
    /auto\.strong: is a model with auto itself/,
  ],
  [
    'levels in the wrong order',
    '  - { name: bad, auto: { weak: one, strong: large, levels: { cheap: 0.1 } } }',
    /levels\.balanced: is above the threshold of cheap/,
  ],
  [
    'what auto does not use',
    '  - { name: bad, auto: { weak: one, strong: large }, sticky: user }',
    /sticky: has no effect on a model with auto/,
  ],
  [
    'a name that hides a level',
    '  - { name: auto, auto: { weak: one, strong: large } }\n  - { name: "auto:best", targets: [{ provider: toy, model: m }] }',
    /models\[4\]\.name: hides the suffix ":best" of the model "auto"/,
  ],
  [
    'rules that lead in a circle over auto',
    [
      '  - { name: strong, targets: [{ provider: toy, model: m }], rules: [{ name: a, when: request.stream, then: { model: "auto:best" } }] }',
      '  - { name: auto, auto: { weak: one, strong: strong } }',
    ].join('\n'),
    /models\[3\]\.rules\[0\]\.then\.model: leads in a circle: strong > auto > strong/,
  ],
  [
    'too many steps',
    [1, 2, 3, 4, 5, 6]
      .map(
        (step) =>
          `  - { name: s${step}, targets: [{ provider: toy, model: m }], rules: [{ name: a, then: { model: ${step < 6 ? `s${step + 1}` : 'one'} } }] }`,
      )
      .join('\n'),
    /models\[3\]\.rules\[0\]\.then\.model: leads on from model to model more than 5 times/,
  ],
  [
    'quality in percent',
    '  - { name: bad, targets: [{ provider: toy, model: m, quality: 90 }] }',
    /targets\[0\]\.quality: must be at most 1/,
  ],
  [
    'a quota of nothing',
    '  - { name: bad, targets: [{ provider: toy, model: m, quotas: { concurrency: 0 } }] }',
    /quotas\.concurrency: must be more than 0/,
  ],
  [
    'an unknown tier at a target',
    '  - { name: bad, targets: [{ provider: toy, model: m, access: { tiers: [glod] } }] }',
    /targets\[0\]\.access\.tiers\[0\]: no key has the tier "glod"; did you mean "gold"/,
  ],
  [
    'a breaker that rests longer than it may',
    'breaker: { coolDownMs: 20000 }',
    /breaker\.coolDownMs: is longer than maxCoolDownMs \(10000\)/,
  ],
  [
    'an unknown field of the breaker',
    'breaker: { window: 1 }',
    /breaker\.window: unknown field; did you mean "windowMs"/,
  ],
];

function expectProblem(text: string, problem: string | RegExp): void {
  expect(problemsOf(text)).toContainEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem));
}

describe('a policy with one thing wrong', () => {
  it('is good without it', () => {
    expect(problemsOf(policyFile())).toEqual([]);
  });

  it.each(OF_MODEL)('is refused for %s', (_what, line, problem) => {
    expectProblem(policyFile([line]), problem);
  });

  it.each(OTHERS)('is refused for %s', (_what, more, problem) => {
    const isModel = more.startsWith('  -');
    const text = isModel ? policyFile().replace('organizations:', `${more}\norganizations:`) : policyFile([], more);
    expectProblem(text, problem);
  });

  it('is told once where auto names itself', () => {
    const more = '  - { name: auto, auto: { weak: auto, strong: large } }\n';
    expect(problemsOf(policyFile().replace('organizations:', `${more}organizations:`))).toEqual([
      expect.stringContaining('models[3].auto.weak: is a model with auto itself; name one that has targets'),
    ]);
  });

  it('never repeats a key that stands where its name belongs', () => {
    const [problem] = problemsOf(policyFile(['access: { keys: [sk-demo-key-1] }']));

    expect(problem).toContain('no key has this name; there are admin, demo/default/admin, ci,');
    expect(problem).not.toContain('sk-demo');
  });

  it('is told beside what is wrong elsewhere', () => {
    const text = policyFile(['sticky: sesion', 'canary: { tag: fats, share: 0.5 }', rule('then: { model: larg }')]);
    expect(problemsOf(text)).toEqual([
      expect.stringContaining('models[0].sticky'),
      expect.stringContaining('models[0].canary.tag'),
      expect.stringContaining('models[0].rules[0].then.model'),
    ]);
  });
});
