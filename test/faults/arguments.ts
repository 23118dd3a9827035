import { parseArgs } from 'node:util';

import { CATALOGUE } from './catalogue.js';
import { FaultsError } from './faults.error.js';
import type { Scenario } from './scenario.js';
import { newSeed } from './seeded-random.js';

const MOST_LINES = 50_000;
const LEAST_LINES = 100;

/** What the command line asks for. */
export interface FaultsArguments {
  readonly scenarios: readonly Scenario[];
  readonly seed: number;
  readonly lines: number;
  readonly isJson: boolean;
}

/** The help text of the command. */
export function usage(): string {
  const width = Math.max(...CATALOGUE.map(({ name }) => name.length));
  const list = CATALOGUE.map(({ name, says }) => `  ${name.padEnd(width)}  ${says}`).join('\n');
  return `Usage: npm run faults -- <scenario|all> [options]

Runs a whole Switchyard on this machine, breaks it on purpose while it works, and checks afterwards that nothing is lost, done or
billed twice. Leaves with 0 when all held, with 1 when something did not.

  --seed N     repeats the run of that seed (default: a new one, which is printed)
  --lines N    lines of the batch, ${LEAST_LINES} to ${MOST_LINES} (default 50000)
  --json       prints the summary as JSON
  --help       show this

Other commands:
  npm run faults -- check --database URL [--nats URL [--nats-seed FILE]] [--provider-log FILE]
                          checks the invariants of a Switchyard that is at rest
  npm run faults -- proxy --listen PORT --target HOST:PORT --control PORT
                          a TCP proxy whose troubles are set by HTTP: PUT /toxics with a JSON list

Scenarios:
${list}`;
}

/** Reads the command line of a run; undefined where help is asked for. Throws a `FaultsError` for what does not exist. */
export function readArguments(commandLine: string[]): FaultsArguments | undefined {
  const { values, positionals } = parse(commandLine);
  const [wanted] = positionals;
  if (values.help || wanted === undefined) return undefined;
  const names = wanted.split(',');
  const unknown = names.find((name) => name !== 'all' && !CATALOGUE.some((scenario) => scenario.name === name));
  if (unknown !== undefined)
    throw new FaultsError(`There is no scenario "${unknown}".`, 'See --help for those there are.');
  return {
    scenarios: CATALOGUE.filter(({ name }) => names.includes('all') || names.includes(name)),
    seed: values.seed === undefined ? newSeed() : readNumber('seed', values.seed, [1, 2 ** 31]),
    lines: values.lines === undefined ? MOST_LINES : readNumber('lines', values.lines, [LEAST_LINES, MOST_LINES]),
    isJson: values.json,
  };
}

function parse(commandLine: string[]) {
  try {
    return parseArgs({
      args: commandLine,
      allowPositionals: true,
      options: {
        seed: { type: 'string' },
        lines: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (cause) {
    throw new FaultsError(cause instanceof Error ? cause.message : String(cause), 'See --help.');
  }
}

function readNumber(name: string, text: string, [least, most]: readonly [number, number]): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new FaultsError(`--${name} is ${text}.`, `Give a whole number from ${least} to ${most}.`);
}
