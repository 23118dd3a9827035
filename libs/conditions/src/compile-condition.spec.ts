import { describe, expect, it } from '@jest/globals';
import { assert, array, constantFrom, property, string } from 'fast-check';
import { compileCondition, referencedFacts } from './compile-condition.js';
import { conditionOf, variablesOf } from './condition.fixture.js';

function reasonOf(text: string): string | undefined {
  const compilation = compileCondition(text);
  return compilation.isValid ? undefined : compilation.reason;
}

const WORDS = (
  'request . task tags metadata promptTokens now hour budget.usedShare x true false && || ? : ! == < + - / ( ) [ ] { } , ' +
  `'a' " b' 1 0.5 null 9223372036854775807 exists(x, all(x, size( matches( contains(`
).split(' ');
WORDS.push(' in ');

describe('what is refused, and why', () => {
  it.each([
    ['', 'it is empty'],
    [' \n ', 'it is empty'],
    ['request.task ==', 'it does not compile: Unexpected token: EOF (character 16)'],
    ['request.task = "code"', '(character 14); use == to compare'],
    ['request.stream & true', '; use && for and'],
    ['"', 'it does not compile'],
    ['reqest.task == "code"', 'unknown name reqest; did you mean request?'],
    ['request.tsk == "code"', 'unknown name request.tsk; did you mean request.task?'],
    ['promptTokens > 5', 'unknown name promptTokens; did you mean request.promptTokens?'],
    ['request.prompt_tokens > 5', 'did you mean request.promptTokens?'],
    ['request.hour > 5', 'unknown name request.hour; did you mean now.hour?'],
    ['budget.spent > 0.8', 'unknown name budget.spent; there are request.model, '],
    ['google.protobuf == 1', 'unknown name google'],
    ['request.constructor == "x"', 'unknown name request.constructor'],
    ['request == request', 'request is a set of facts; name one of them with a dot, as in request.model'],
    ['request["task"] == "code"', 'request is a set of facts'],
    [
      'request.promptTokens > "5"',
      'wrong type in request.promptTokens > "5": > does not fit int and string; write numbers',
    ],
    ['request.difficulty == 1', '== does not fit double and int; write whole numbers as 1.0 next to a double'],
    ['request.stream == "true"', 'write true and false without quotes'],
    ['request.tags == "vip"', 'look into a list with in'],
    ['request.promptTokens', 'it must answer true or false, and answers int; compare it with something'],
    ['request.task', 'answers string'],
    ['request.tags.filter(tag, tag == "vip")', 'answers list<string>'],
    [
      'request.user.matches("^(a+)+$")',
      'matches() is refused: the cost of a regular expression has no bound; use startsWith(',
    ],
    ['request.user.startwith("a")', 'there is no startwith() here; did you mean startsWith?'],
    ['lenght(request.tags) > 1', 'there is no lenght() here; there are size, int'],
    ['timestamp("2026-01-01T00:00:00Z") == timestamp(0)', 'timestamp() is refused: use now.hour'],
    ['dyn(request.task) == 5', 'dyn() is refused'],
    ['cel.bind(x, request.user, x == "a")', 'bind() is refused'],
    ['request.tags.map(tag, tag) == ["a"]', 'map() is refused: a condition builds no lists'],
    ['{"a": 1}.a == 1', 'maps are refused'],
    ['b"a" == b"a"', 'bytes are refused'],
    [
      'request.user + request.tier == "ab"',
      'only numbers may be added; compare the parts of request.user + request.tier',
    ],
    ['request.tags + ["a"] == ["a"]', 'only numbers may be added'],
    ['request.tags.exists(a, request.tags.all(b, a == b))', 'all() within a walk over another list is refused'],
    ['request.tags.exists(now, true)', 'exists() names each entry first'],
    ['request.tags.exists(1, true)', 'exists(var, predicate) invalid predicate iteration variable'],
    ['false', 'impossible condition: it is false for every request'],
    ['true && false', 'impossible condition'],
    ['1 > 2', 'impossible condition'],
    ['1 / 0 == 1', 'impossible condition'],
    ['!(1 / 0 == 1)', 'impossible condition'],
    ['request.stream && 1 == 2', 'impossible condition'],
    ['!(request.stream || true)', 'impossible condition'],
    ['false ? request.stream : "a" == "b"', 'impossible condition'],
    ['request.stream ? false : 1 > 2', 'impossible condition'],
    ['request.task == "coding"', 'impossible condition: request.task is never "coding"; there are chat, '],
    ['"translate" != request.task', 'request.task is never "translate"; did you mean translation?'],
    ['request.lane in ["batch", "durable"]', 'request.lane is never "batch"; there are interactive, durable'],
    ['"images" in request.modalities', 'request.modalities is never "images"; did you mean image?'],
    ['now.weekday == 0', 'now.weekday is never 0; it goes from 1 to 7'],
    ['now.hour == -1', 'now.hour is never -1; it goes from 0 to 23'],
    ['now.hour > 25', 'impossible condition: now.hour is never > 25; it goes from 0 to 23'],
    ['request.stream && 60 <= now.minute', 'impossible condition: now.minute is never >= 60; it goes from 0 to 59'],
    ['now.hour > 23', 'now.hour is never > 23'],
    ['now.weekday < 1', 'now.weekday is never < 1; it goes from 1 to 7'],
    ['now.weekday <= 0', 'now.weekday is never <= 0'],
    ['now.hour < -1', 'now.hour is never < -1'],
    [`request.user == "${'a'.repeat(2_000)}"`, 'too long: 2018 characters, more than 2000'],
    [`${'!'.repeat(1_999)}request.stream`.slice(-2_000), 'too long: more than 400 names'],
    [`${'('.repeat(500)}true${')'.repeat(500)}`, 'nested too deep'],
    [`request.tags.exists(t, ${Array(4).fill('t.contains(request.user)').join(' || ')})`, 'too expensive: up to 677'],
  ])('refuses %s', (text, reason) => {
    expect(reasonOf(text)).toContain(reason);
  });

  it('gives a reason of one short line', () => {
    assert(
      property(string({ maxLength: 300 }), (text) => {
        const reason = reasonOf(text) ?? '';
        expect(reason).not.toContain('\n');
        expect(reason.length).toBeLessThan(900);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what is accepted', () => {
  it.each([
    ['true', true],
    ['request.task == "code"', true],
    ['request.promptTokens > 1000 && request.lane == "interactive"', true],
    ['request.promptTokens + request.expectedCompletionTokens * 2 <= 1200', true],
    ['request.maxCompletionTokens == 0', true],
    ['request.difficulty < 0.0', true],
    ['request.difficulty > 1', false],
    ['request.model.startsWith("fa") && request.model.endsWith("st")', true],
    ['request.model.lowerAscii() in ["fast", "small"]', true],
    ['"vip" in request.tags', true],
    ['request.tags.exists(tag, tag.startsWith("be"))', true],
    ['request.tags.all(tag, request.model.contains(tag))', false],
    ['size(request.tags.filter(tag, tag != "vip")) == 1', true],
    ['"plan" in request.metadata && request.metadata.plan == "gold"', true],
    ['request.metadata["plan"] == "gold"', true],
    ['has(request.metadata.team)', false],
    ['request.metadata.constructor == "acme"', true],
    ['"image" in request.modalities', false],
    ['now.hour >= 14 && now.hour < 24 && now.minute < 60 && now.weekday <= 7', true],
    ['now.weekday in [6, 7] || now.hour >= 14 && now.hour < 18', true],
    ['now.date >= "2026-03-01"', true],
    ['budget.usedShare >= 0.5', true],
    ['request.stream ? request.usesTools : true', false],
    ['int(request.metadata.plan) > 1', false],
    ['request.user == ""', true],
    ['["a", "beta"].exists(word, word in request.tags)', true],
    ['request.tags.exists_one(tag, tag == "vip")', true],
  ])('reads %s as %s', (text, value) => {
    expect(conditionOf(text).matches(variablesOf())).toBe(value);
  });

  it('tells which facts of the request a condition names', () => {
    const condition = conditionOf(
      'request.task == "code" && (request.tags.exists(task, task == request.language) || now.hour > 3)',
    );
    expect([...referencedFacts(condition)]).toEqual(['task', 'tags', 'language']);
  });
});

describe('any text', () => {
  const sentences = array(constantFrom(...WORDS), { maxLength: 40 }).map((words) => words.join(''));

  it('is answered, and what is accepted is evaluated, without throwing', () => {
    const variables = variablesOf();
    assert(
      property(sentences, (text) => {
        const compilation = compileCondition(text);
        if (compilation.isValid) expect(typeof compilation.condition.matches(variables)).toBe('boolean');
        else expect(compilation.reason).not.toBe('');
      }),
      { numRuns: 2_000 },
    );
  });

  it('costs little, whatever is repeated in it', () => {
    const started = performance.now();
    for (const word of WORDS) compileCondition(word.repeat(2_000));
    for (const word of WORDS) compileCondition(word.repeat(Math.floor(2_000 / word.length)));
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
