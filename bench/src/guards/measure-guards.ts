import { BUILT_IN_CLASSES, type GuardAction } from '#libs/contracts';
import { guardRequest, guardsOn, type GuardSources } from '#libs/guards';

/** What guards take for one request of about 4 KB. */
export interface GuardFigures {
  readonly text: string;
  readonly action: GuardAction;
  readonly bytes: number;
  readonly found: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
}

const BYTES = 4_096;
const WARM_UP = 300;
const TIMES = 1_000;

const PROSE =
  'The customer asked on Monday about the delivery of three parcels, which had been sent to the warehouse in Berlin. ' +
  'Please answer in two friendly sentences, say that we are sorry, and name the day on which the parcels will arrive. ';
const DENSE =
  'Kundin 17: anna.berg@example.com, Tel. +49 30 9018200, IBAN DE89 3704 0044 0532 0130 00, Karte 4111 1111 1111 1111, ' +
  'angemeldet von 10.20.30.40 mit 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; ';

const NOBODY: GuardSources = {
  presidio: () => Promise.resolve([]),
  moderation: () => Promise.resolve({ flagged: [] }),
  webhook: () => Promise.resolve({ flagged: [] }),
};

/** A chat request through all built-in detectors, on one core: prose with nothing in it, and a list of nothing else. */
export async function measureGuards(): Promise<GuardFigures[]> {
  const figures: GuardFigures[] = [];
  for (const [text, piece] of [
    ['prose', PROSE],
    ['personal data, line after line', DENSE],
  ] as const) {
    for (const action of ['mask', 'reversible'] as const) figures.push(await measure(text, piece, action));
  }
  return figures;
}

async function measure(text: string, piece: string, action: GuardAction): Promise<GuardFigures> {
  const content = piece.repeat(Math.ceil(BYTES / piece.length)).slice(0, BYTES);
  const body = JSON.stringify({ model: 'small', messages: [{ role: 'user', content }] });
  const guards = guardsOn('request', [
    { name: 'all', kind: 'detect', on: ['request'], classes: [...BUILT_IN_CLASSES], action },
  ]);
  for (let times = 0; times < WARM_UP; times++) await guardRequest(body, guards, NOBODY);
  const taken: number[] = [];
  let found = 0;
  for (let times = 0; times < TIMES; times++) {
    const began = performance.now();
    const { verdicts } = await guardRequest(body, guards, NOBODY);
    taken.push(performance.now() - began);
    found = verdicts.flatMap((verdict) => verdict.found ?? []).reduce((sum, { count }) => sum + count, 0);
  }
  taken.sort((one, other) => one - other);
  const at = (share: number): number => taken[Math.floor(share * (taken.length - 1))] ?? Number.NaN;
  return { text, action, bytes: body.length, found, p50Milliseconds: at(0.5), p99Milliseconds: at(0.99) };
}
