import { parseArgs } from 'node:util';
import { BenchError } from './bench.error.js';

export const SECTIONS = [
  'interactive',
  'streams',
  'translated',
  'bounds',
  'idempotency',
  'pacing',
  'durable',
  'batches',
  'limits',
  'records',
  'settlements',
  'export',
  'audit',
  'reports',
  'routing',
  'guards',
] as const;
export type Section = (typeof SECTIONS)[number];

export interface BenchArguments {
  readonly isHelp: boolean;
  readonly isQuick: boolean;
  readonly isProfile: boolean;
  readonly sections: readonly Section[];
}

export const USAGE = `Usage: npm run bench -- [options]

Measures Switchyard, the same upstream called directly, and a peer gateway from npm, in one run, and prints ratios.
The whole run takes about half an hour; leave the machine alone meanwhile.

  --quick          short rounds, small batch, one round: to try the bench, not to quote (about 90 seconds)
  --only SECTION   interactive, streams, translated, bounds, idempotency, pacing, durable, batches, limits, records,
                   settlements, audit, export, reports, routing or guards; may be given several times
  --profile        instead of measuring: run each service under the CPU profiler, saturated and with a batch,
                   and print where the time goes
  --help           show this

Results: bench/results/<date>-<commit>.json and .md. A quick run writes bench/results/quick.raw.json only.`;

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  profile: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true },
  help: { type: 'boolean', default: false },
} as const;

/** Throws a `BenchError` for an option or a section that does not exist. */
export function readArguments(commandLine: string[]): BenchArguments {
  const values = parse(commandLine);
  const chosen = values.only ?? [];
  for (const name of chosen) {
    if (!SECTIONS.some((section) => section === name))
      throw new BenchError(`There is no section "${name}".`, `Choose from ${SECTIONS.join(', ')}.`);
  }
  return {
    isHelp: values.help,
    isQuick: values.quick,
    isProfile: values.profile,
    sections: SECTIONS.filter((section) => chosen.length === 0 || chosen.includes(section)),
  };
}

function parse(commandLine: string[]) {
  try {
    return parseArgs({ args: commandLine, options: OPTIONS }).values;
  } catch (cause) {
    throw new BenchError(cause instanceof Error ? cause.message : String(cause), 'See --help.', { cause });
  }
}
