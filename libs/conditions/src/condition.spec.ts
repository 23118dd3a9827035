import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, dictionary, property, string } from 'fast-check';
import { conditionOf, variablesOf } from './condition.fixture.js';

describe('Condition', () => {
  it('counts an error as false and tells it', () => {
    const condition = conditionOf('request.metadata.team == "red"');
    expect(condition.evaluate(variablesOf())).toEqual({ value: false, error: 'No such key: team' });
    expect(condition.matches(variablesOf())).toBe(false);
  });

  it('counts the error of a negation as false as well', () => {
    expect(conditionOf('!(request.metadata.team == "red")').matches(variablesOf())).toBe(false);
  });

  it('needs no answer from a side that the other one decides', () => {
    const condition = conditionOf('request.metadata.team == "red" || request.stream');
    expect(condition.evaluate(variablesOf())).toEqual({ value: true });
    expect(condition.evaluate(variablesOf({ stream: false })).error).toBe('No such key: team');
  });

  it('leaves the depth of stacks as it was', () => {
    const frames = Error.stackTraceLimit;
    conditionOf('request.metadata.team == "red"').matches(variablesOf());
    expect(Error.stackTraceLimit).toBe(frames);
  });

  it('takes defaults for what a request does not tell', () => {
    const variables = variablesOf({ task: undefined, tags: undefined, metadata: undefined });
    const text =
      'request.task == "" && request.difficulty == -1.0 && request.tags == [] && request.metadata.size() == 0';
    expect(conditionOf(text).matches(variables)).toBe(true);
  });

  it('sees the beginning of long texts and long lists only', () => {
    const variables = variablesOf({ user: 'a'.repeat(9_999), tags: Array<string>(9_999).fill('b'.repeat(9_999)) });
    expect(conditionOf('size(request.user) == 512 && size(request.tags) == 64').matches(variables)).toBe(true);
    expect(conditionOf('request.tags.all(tag, size(tag) == 512)').matches(variables)).toBe(true);
  });

  it('answers the same for the same variables, whatever they hold', () => {
    const texts = ['request.metadata.plan == request.user', 'request.tags.exists(tag, tag in request.metadata)'];
    assert(
      property(constantFrom(...texts), string(), dictionary(string(), string()), (text, user, metadata) => {
        const variables = variablesOf({ user, metadata, tags: Object.keys(metadata) });
        const condition = conditionOf(text);
        expect(condition.evaluate(variables)).toEqual(condition.evaluate(variables));
      }),
    );
  });

  it('stays within milliseconds for the dearest condition it accepts', () => {
    const variables = variablesOf({ user: `b${'a'.repeat(255)}`, tags: Array<string>(64).fill('a'.repeat(512)) });
    const condition = conditionOf('request.tags.exists(tag, tag.contains(request.user))');
    // The quickest of a few: what else the machine does counts for nothing.
    const times = Array.from({ length: 10 }, () => {
      const started = performance.now();
      expect(condition.matches(variables)).toBe(false);
      return performance.now() - started;
    });
    expect(Math.min(...times)).toBeLessThan(100);
  });
});
