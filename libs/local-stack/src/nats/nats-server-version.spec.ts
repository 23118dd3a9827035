import { describe, expect, it } from '@jest/globals';

import { compareVersions, parseNatsServerVersion } from './nats-server-version.js';

describe('parseNatsServerVersion', () => {
  it.each([
    ['nats-server: v2.15.1\n', '2.15.1'],
    ['nats-server: v2.12.0-RC.1\n', '2.12.0'],
    ['nats-server: 2.9.10', '2.9.10'],
  ])('reads %j as %s', (output, version) => {
    expect(parseNatsServerVersion(output)).toBe(version);
  });

  it('gives nothing for an answer of another program', () => {
    expect(parseNatsServerVersion('usage: cat [FILE]')).toBeUndefined();
  });
});

describe('compareVersions', () => {
  it('compares numbers, not letters', () => {
    expect(compareVersions('2.9.10', '2.12.0')).toBeLessThan(0);
    expect(compareVersions('2.15.1', '2.12.0')).toBeGreaterThan(0);
    expect(compareVersions('2.12', '2.12.0')).toBe(0);
  });
});
