import type { GuardEntry, GuardSide, GuardVerdict } from '#libs/contracts';
import type { CompiledGuard } from './compiled-guard.js';
import { withoutOverlaps, type Detection } from './detection.js';
import { findInTurns } from './find-in-turns.js';
import { mask } from './masking/mask.js';
import { Placeholders } from './masking/placeholders.js';
import { VerdictTally } from './verdict-tally.js';

type Asking<Kind extends GuardEntry['kind']> = Extract<GuardEntry, { kind: Kind }>;

/** What a guard that judges the whole says, and what asking it cost. */
export interface Judgement {
  /** Why it would block, in its own words for classes; empty where it lets pass. */
  readonly flagged: readonly string[];
  readonly costNanoUsd?: string;
  readonly askedAs?: string;
}

/** Those whom guards ask. Each rejects where it gets no answer in time. */
export interface GuardSources {
  presidio(text: string, guard: Asking<'presidio'>): Promise<readonly Detection[]>;
  moderation(texts: readonly string[], guard: Asking<'moderation'>): Promise<Judgement>;
  webhook(texts: readonly string[], guard: Asking<'webhook'>, side: GuardSide): Promise<Judgement>;
}

/** What becomes of texts that are guarded. */
export interface GuardedTexts {
  readonly texts: readonly string[];
  readonly verdicts: readonly GuardVerdict[];
  /** Classes that were found and left where they are. */
  readonly left: readonly string[];
}

interface Way {
  readonly side: GuardSide;
  readonly sources: GuardSources;
  readonly placeholders: Placeholders;
}

/**
 * Lets texts go through guards, one guard after the other, each over what the one before left. On the way out `reversible` masks are
 * kept in `placeholders`; an answer has nothing to be restored later, and is masked for good.
 * @throws GuardRefused
 */
export async function guardTexts(
  texts: readonly string[],
  guards: readonly CompiledGuard[],
  way: Way,
): Promise<GuardedTexts> {
  let current = texts;
  const verdicts: GuardVerdict[] = [];
  const left = new Set<string>();
  for (const guard of guards) {
    const { entry } = guard;
    const tally = new VerdictTally(guard, way.side);
    if (entry.kind === 'moderation' || entry.kind === 'webhook') {
      verdicts.push(await judged(current, { guard, tally, verdicts, way }));
      continue;
    }
    const found = await findings(current, { guard, tally, verdicts, way });
    if (!found) {
      verdicts.push(tally.verdict('failed'));
      continue;
    }
    for (const each of found) tally.note(each);
    if (entry.action === 'block' && tally.classes.length > 0) throw tally.refusal('guard_blocked', verdicts);
    if (entry.action === 'note') for (const one of tally.classes) left.add(one);
    else current = tally.timed(() => maskAll(current, found, { way, isReversible: entry.action === 'reversible' }));
    verdicts.push(tally.verdict());
  }
  return { texts: current, verdicts, left: [...left] };
}

/** What stands between texts that are asked about as one. */
const BETWEEN = '\n\n';

/** Findings in joined texts as findings in each; one that reaches from a text into the next is cut at the end of the first. */
function eachOf(texts: readonly string[], found: readonly Detection[]): Detection[][] {
  const sorted = withoutOverlaps(found);
  let offset = 0;
  return texts.map((text) => {
    const [from, to] = [offset, offset + text.length];
    offset = to + BETWEEN.length;
    return sorted
      .filter(({ start, end }) => start < to && end > from)
      .map((one) => ({ ...one, start: Math.max(0, one.start - from), end: Math.min(text.length, one.end - from) }));
  });
}

interface Step {
  readonly guard: CompiledGuard;
  readonly tally: VerdictTally;
  readonly verdicts: readonly GuardVerdict[];
  readonly way: Way;
}

/** Of each text; undefined where the guard could not run and its policy lets pass. */
async function findings(
  texts: readonly string[],
  { guard, tally, verdicts, way }: Step,
): Promise<(readonly Detection[])[] | undefined> {
  const { entry, find } = guard;
  if (find) {
    const began = performance.now();
    const found = await findInTurns(texts, find);
    tally.spent(performance.now() - began);
    return found;
  }
  if (entry.kind !== 'presidio') return texts.map(() => []);
  return asked({ guard, tally, verdicts, way }, entry.onFailure, async () =>
    eachOf(texts, await way.sources.presidio(texts.join(BETWEEN), entry)),
  );
}

async function judged(texts: readonly string[], step: Step): Promise<GuardVerdict> {
  const { guard, tally, verdicts, way } = step;
  const { entry } = guard;
  if (entry.kind !== 'moderation' && entry.kind !== 'webhook') return tally.verdict();
  const judgement = await asked(step, entry.onFailure, () =>
    entry.kind === 'moderation' ? way.sources.moderation(texts, entry) : way.sources.webhook(texts, entry, way.side),
  );
  if (!judgement) return tally.verdict('failed');
  for (const name of judgement.flagged) tally.noteClass(name);
  const { costNanoUsd, askedAs } = judgement;
  const cost = { ...(costNanoUsd === undefined ? {} : { costNanoUsd }), ...(askedAs === undefined ? {} : { askedAs }) };
  if (entry.action !== 'block' || judgement.flagged.length === 0) return { ...tally.verdict(), ...cost };
  throw tally.refusal('guard_blocked', verdicts, { more: cost });
}

async function asked<T>(
  { tally, verdicts }: Step,
  onFailure: 'refuse' | 'pass',
  ask: () => Promise<T>,
): Promise<T | undefined> {
  const began = performance.now();
  let cause: unknown;
  const answer = await ask().catch((error: unknown) => {
    cause = error;
    return undefined;
  });
  tally.spent(performance.now() - began);
  if (answer === undefined && onFailure === 'refuse') throw tally.refusal('guard_unavailable', verdicts, { cause });
  return answer;
}

function maskAll(
  texts: readonly string[],
  found: readonly (readonly Detection[])[],
  { way, isReversible }: { readonly way: Way; readonly isReversible: boolean },
): readonly string[] {
  if (found.every(({ length }) => length === 0)) return texts;
  const manner = isReversible && way.side === 'request' ? 'for' : 'forGood';
  // What an answer's masks replace is nothing that the request held.
  const placeholders = way.side === 'request' ? way.placeholders : new Placeholders();
  return texts.map((text, index) => mask(text, found[index] ?? [], placeholders, manner));
}
