/** A target of a model as switchyard.yaml writes it. */
export interface TargetFields {
  readonly provider: string;
  readonly model: string;
  readonly priority?: number;
  readonly weight?: number;
}

/** The prices of every target in the journeys. */
export const PRICE = {
  inputPerMillion: '0.40',
  cachedInputPerMillion: '0.10',
  outputPerMillion: '1.60',
  perMillionCharacters: '15',
  perThousandSearches: '2',
} as const;

/** The keys of two organisations that know nothing of each other. */
export const OUR_KEY = 'sk-demo-7f3f1c2a9b5e4d60';
export const THEIR_KEY = 'sk-acme-0c9d8e7f6a5b4c3d';

/** The timeouts of a model that a test does not care about. */
const PATIENT = { firstByteMs: 20_000, idleMs: 20_000, totalMs: 60_000 };

/** A model of switchyard.yaml whose targets are tried in the order given. */
export function modelFields(
  name: string,
  targets: readonly TargetFields[],
  timeouts: Partial<typeof PATIENT> = {},
): object {
  return {
    name,
    strategy: 'priority',
    timeouts: { ...PATIENT, ...timeouts },
    targets: targets.map((target, index) => ({ priority: index + 1, ...target, price: PRICE })),
  };
}

/** A whole switchyard.yaml with two organisations, `demo` and `acme`. */
export function journeyConfiguration(providers: Readonly<Record<string, object>>, models: readonly object[]): object {
  const organization = (name: string, key: string): object => ({
    name,
    projects: [{ name: 'default', keys: [{ name: 'ci', key }] }],
  });
  return {
    version: 1,
    providers,
    models,
    organizations: [organization('demo', OUR_KEY), organization('acme', THEIR_KEY)],
  };
}
