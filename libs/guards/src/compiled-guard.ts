import type { GuardEntry, GuardSide } from '#libs/contracts';
import type { Detector } from './detection.js';
import { detectorOf } from './detectors/detect.js';
import { denyListDetector } from './rules/deny-list.js';
import { findInjections } from './rules/injection.js';
import { patternDetector } from './rules/pattern.js';

/** A guard with its detector made ready; `find` is absent where somebody else is asked. */
export interface CompiledGuard {
  readonly entry: GuardEntry;
  readonly find?: Detector;
  /** How many characters of a stream must be held back besides the last word, for matches that go over several. */
  readonly reachCharacters: number;
}

/** Patterns may match anything; what is longer than this is not found in streams. */
const REACH_OF_PATTERNS = 256;
const REACH_OF_INJECTIONS = 120;

const compiled = new WeakMap<GuardEntry, CompiledGuard>();

/** Makes a guard of a snapshot ready, once for each entry. */
function compileGuard(entry: GuardEntry): CompiledGuard {
  const known = compiled.get(entry);
  if (known) return known;
  const made = { entry, ...detectorAndReach(entry) };
  compiled.set(entry, made);
  return made;
}

/** The guards of a list that stand on one way. */
export function guardsOn(side: GuardSide, guards: readonly GuardEntry[]): CompiledGuard[] {
  return guards.filter(({ on }) => on.includes(side)).map(compileGuard);
}

function detectorAndReach(entry: GuardEntry): Omit<CompiledGuard, 'entry'> {
  switch (entry.kind) {
    case 'detect':
      return { find: detectorOf(entry.classes), reachCharacters: 0 };
    case 'deny':
      return {
        find: denyListDetector(entry.words),
        reachCharacters: Math.max(...entry.words.map(({ length }) => length)) + 1,
      };
    case 'pattern':
      return { find: patternDetector(entry.patterns), reachCharacters: REACH_OF_PATTERNS };
    case 'injection':
      return { find: findInjections, reachCharacters: REACH_OF_INJECTIONS };
    case 'presidio':
    case 'moderation':
    case 'webhook':
    default:
      return { reachCharacters: 0 };
  }
}
