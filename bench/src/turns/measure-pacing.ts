import { Cleanup } from '../cleanup.js';
import { switchyardContender, type Contender, type ContenderName } from '../contenders/contender.js';
import { RecordsProgress } from '../jetstream/records-progress.js';
import type { LoadBench } from '../load/measure-load.js';
import { startStack } from '../stack/running-stack.js';
import { startLimitedUpstream, type Upstreams } from '../stack/upstreams.js';
import { measureTurns, type TurnsFigures } from './measure-turns.js';
import type { TurnsEffort } from './turns-effort.js';

const SETTING = 'SWITCHYARD_PROVIDER_LIMIT_HEADERS';

/**
 * Two stacks before an upstream that says with every answer what is left of limits that are never reached: one does not listen,
 * the other paces its calls by them.
 */
export async function measurePacing(
  bench: Omit<LoadBench, 'contenders'>,
  upstreams: Upstreams,
  { cleanup, ...effort }: TurnsEffort & { readonly cleanup: Cleanup },
): Promise<TurnsFigures> {
  // What is started here is not to share the cores with what is measured after it.
  const own = new Cleanup();
  cleanup.add(() => own.run());
  try {
    const limited = await startLimitedUpstream(upstreams.key, own);
    const start = async (name: ContenderName, listens: 'follow' | 'ignore'): Promise<Contender> => {
      const stack = await startStack({ ...upstreams, fast: limited }, own, { [SETTING]: listens });
      const records = await RecordsProgress.open(stack, own);
      return { ...switchyardContender(stack, () => records.settled()), name };
    };
    const contenders = [await start('headers ignored', 'ignore'), await start('headers followed', 'follow')];
    const upstreamPids = { ...bench.upstreamPids, fast: limited.pid };
    return await measureTurns({ ...bench, contenders, upstreamPids }, effort);
  } finally {
    await own.run();
  }
}
