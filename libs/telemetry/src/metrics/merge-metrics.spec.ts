import { describe, expect, it } from '@jest/globals';
import { mergeMetrics } from './merge-metrics.js';
import { parseExposition } from './parse-exposition.fixture.js';

function textOf(service: string, extra = ''): string {
  return [
    '# HELP switchyard_requests_total Requests.',
    '# TYPE switchyard_requests_total counter',
    `switchyard_requests_total{model="a } b",service="${service}"} 3`,
    '',
    '# HELP duration_seconds Time.',
    '# TYPE duration_seconds histogram',
    `duration_seconds_count{service="${service}"} 1`,
    `duration_seconds_sum{service="${service}"} 0.5`,
    `duration_seconds_bucket{service="${service}",le="+Inf"} 1`,
    extra,
    '',
  ].join('\n');
}

describe('mergeMetrics', () => {
  it('writes each family once with the samples of all services', () => {
    const merged = mergeMetrics([textOf('ingress'), textOf('router', '# TYPE lag gauge\nlag 4')]);
    const { families, samples, valueOf } = parseExposition(merged);
    expect([...families.keys()]).toEqual(['switchyard_requests_total', 'duration_seconds', 'lag']);
    expect(samples).toHaveLength(9);
    expect(valueOf('switchyard_requests_total', { service: 'router', model: 'a } b' })).toBe(3);
    expect(valueOf('duration_seconds_bucket', { service: 'ingress', le: '+Inf' })).toBe(1);
    expect(merged.match(/# HELP duration_seconds/g)).toHaveLength(1);
  });

  it('does not repeat a series that comes twice', () => {
    expect(mergeMetrics([textOf('ingress'), textOf('ingress')])).toBe(mergeMetrics([textOf('ingress')]));
  });

  it('leaves out samples whose type contradicts the first and says so', () => {
    const merged = mergeMetrics(['# TYPE lag gauge\nlag{service="a"} 1\n', '# TYPE lag counter\nlag{service="b"} 2\n']);
    expect(parseExposition(merged).samples).toEqual([{ name: 'lag', labels: { service: 'a' }, value: 1 }]);
    expect(merged).toContain('# lag: samples of another type were left out');
  });

  it('merges nothing into nothing', () => {
    expect(mergeMetrics([])).toBe('');
    expect(mergeMetrics(['', '# no registered metrics\n'])).toBe('');
  });
});
