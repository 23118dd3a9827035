import { describe, expect, it } from '@jest/globals';
import { metrics } from './metrics.js';

/**
 * All that a sample may be told apart by: names that the operator gave to models, providers and destinations, and words of fixed
 * sets. What is not on the list could tell of whose a request was, or what stood in it.
 */
const LABELS = [
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'gen_ai.token.type',
  'error.type',
  'consumer',
  'destination',
  'kind',
  'lane',
  'model',
  'name',
  'operation',
  'outcome',
  'provider',
  'reason',
  'result',
  'scope',
];

type AnyInstrument = (typeof metrics)[keyof typeof metrics];

/** Notes something with a value for whatever label the instrument knows, and gives the labels that came of it. */
function labelsOf(instrument: AnyInstrument): string[] {
  const labels = new Proxy({}, { get: () => 'a value' }) as never;
  if ('record' in instrument) instrument.record(labels, 1);
  else if ('set' in instrument) instrument.set(labels, 1);
  else instrument.add(labels, 1);
  return instrument.read().points.flatMap(({ attributes }) => Object.keys(attributes));
}

describe('the labels of metrics', () => {
  it('are none that could tell whose a request is', () => {
    const used = Object.entries(metrics).flatMap(([name, instrument]) =>
      labelsOf(instrument).map((label) => ({ name, label })),
    );
    expect(used.filter(({ label }) => !LABELS.includes(label))).toEqual([]);
    expect(new Set(used.map(({ name }) => name)).size).toBe(Object.keys(metrics).length);
    expect(new Set(used.map(({ label }) => label))).toEqual(new Set(LABELS));
  });
});
