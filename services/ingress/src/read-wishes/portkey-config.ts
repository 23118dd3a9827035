import type { Wishes } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { fitHeader, headerError, headerJson } from './header-error.js';
import { conditionHolds, type Conditioned } from './portkey-condition.js';
import { portkeyLevel, refuseNotOffered, type PortkeyLevel } from './portkey-level.js';

/** The header with Portkey's configuration of one request. */
export const PORTKEY_CONFIG = 'x-portkey-config';

const MOST_LEVELS = 8;
const MOST_TARGETS = 20;
const MOST_RETRIES = 5;

type Target = NonNullable<Wishes['targets']>[number];

/** Where a level of the configuration leads: targets in turn, or one of them by weight. */
interface Route {
  readonly mode: NonNullable<Wishes['mode']>;
  readonly targets: readonly Target[];
}

/** What lower levels take over from those above them. */
interface Standing {
  readonly place: string;
  readonly levels: number;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
}

/**
 * What a configuration of Portkey wishes: where the request may go, how often a target is called again, and how long. Targets
 * that nest become one list; what a level says counts for all below it. Source: Portkey's description of configurations.
 * @throws DialectError 400 that names the place at fault, also for what is not offered here and would be missed.
 */
export function wishesOfPortkeyConfig(text: string, seen: Conditioned): Wishes {
  if (!text.trimStart().startsWith('{')) throw savedConfig();
  const reading = new PortkeyReading(seen);
  const { mode, targets } = reading.routeOf(headerJson(PORTKEY_CONFIG, text), {
    place: PORTKEY_CONFIG,
    levels: MOST_LEVELS,
  });
  if (targets.length > MOST_TARGETS) throw headerError(`${PORTKEY_CONFIG}.targets`, `at most ${MOST_TARGETS} targets`);
  const says = targets.some(({ provider, model }) => provider !== undefined || model !== undefined);
  return {
    ...(says ? { targets: [...targets], ...(mode === 'loadbalance' ? { mode } : {}) } : {}),
    ...reading.carriedOut,
  };
}

/** Follows one configuration to its targets, and remembers how they are to be called: of several levels, the first to say. */
class PortkeyReading {
  readonly carriedOut: Pick<Wishes, 'retries' | 'attemptTimeoutMilliseconds'> = {};

  constructor(private readonly seen: Conditioned) {}

  routeOf(value: unknown, standing: Standing): Route {
    const { place, levels } = standing;
    if (levels === 0) throw headerError(place, `targets are nested deeper than ${MOST_LEVELS} levels`);
    const level = fitHeader(value, portkeyLevel, place);
    refuseNotOffered(level, place);
    this.noteExecution(level);
    const provider = level.provider?.replace(/^@/, '') ?? standing.provider;
    if (provider === '') throw headerError(`${place}.provider`, 'it must name a provider');
    const model = level.override_params?.model ?? standing.model;
    const targets = level.targets ?? [];
    const below = (index: number): Route =>
      this.routeOf(targets[index], { place: `${place}.targets.${index}`, levels: levels - 1, provider, model });
    if (targets.length === 0) return { mode: 'fallback', targets: [namedTarget(provider, model)] };
    const mode = level.strategy?.mode ?? 'single';
    if (mode === 'single') return below(0);
    if (mode === 'conditional') return below(this.chosen(level, place));
    if (mode === 'fallback')
      return { mode, targets: targets.flatMap((_, index) => below(index).targets.map(withoutWeight)) };
    return { mode, targets: targets.flatMap((target, index) => shared(below(index), weightOf(target))) };
  }

  private noteExecution({ retry, request_timeout: timeout }: PortkeyLevel): void {
    if (retry && !this.carriedOut.retries) {
      this.carriedOut.retries = {
        attempts: Math.min(retry.attempts ?? 0, MOST_RETRIES),
        ...(retry.on_status_codes ? { statuses: retry.on_status_codes } : {}),
      };
    }
    if (timeout) this.carriedOut.attemptTimeoutMilliseconds ??= timeout;
  }

  /** The target that the first condition that holds names, or else the default one. */
  private chosen({ strategy, targets }: PortkeyLevel, place: string): number {
    const at = `${place}.strategy`;
    const held = (strategy?.conditions ?? []).map(({ query }, index) =>
      conditionHolds({ query, place: `${at}.conditions.${index}.query` }, this.seen),
    );
    const found = held.indexOf(true);
    const name: unknown = found < 0 ? strategy?.default : strategy?.conditions?.[found]?.then;
    if (typeof name !== 'string') {
      throw found < 0
        ? headerError(`${at}.default`, 'no condition holds, and no default is named')
        : headerError(`${at}.conditions.${found}.then`, 'it must be the name of a target');
    }
    const index = (targets ?? []).findIndex(
      (target) => typeof target === 'object' && target !== null && 'name' in target && target.name === name,
    );
    if (index < 0) throw headerError(`${at}.conditions`, `there is no target named '${name.slice(0, 100)}'`);
    return index;
  }
}

function weightOf(target: unknown): number {
  const weight = (target as { weight?: number | null }).weight;
  return weight ?? 1;
}

/** One target's share among those that come of it; those that it falls back to stay out of the draw. */
function shared({ mode, targets }: Route, weight: number): Target[] {
  const sum = targets.reduce((total, target) => total + (target.weight ?? 1), 0);
  if (mode === 'loadbalance' && sum > 0) {
    return targets.map((target) => ({ ...target, weight: (weight * (target.weight ?? 1)) / sum }));
  }
  return targets.map((target, index) => ({ ...target, weight: index === 0 ? weight : 0 }));
}

function withoutWeight({ provider, model }: Target): Target {
  return namedTarget(provider, model);
}

function namedTarget(provider: string | undefined, model: string | undefined): Target {
  return { ...(provider === undefined ? {} : { provider }), ...(model === undefined ? {} : { model }) };
}

function savedConfig(): DialectError {
  const message = `'${PORTKEY_CONFIG}' must be a configuration as JSON; those saved at Portkey by an id are not known here.`;
  return new DialectError(400, 'unsupported_parameter', message, PORTKEY_CONFIG);
}
