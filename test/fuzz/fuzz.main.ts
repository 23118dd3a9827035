import { parseArgs } from 'node:util';

import { newSeed } from '../faults/seeded-random.js';
import { runFuzz, type FuzzSummary } from './run-fuzz.js';

const USAGE = `Usage: npm run fuzz -- [--minutes N] [--seed N]

Starts a whole Switchyard on this machine and sends to every route and every NATS subject what their schemas ask for, and what
they do not. Leaves with 0 when no process broke and nothing was answered with a 5xx without a reason, with 1 otherwise.

  --minutes N  how long (default 1; fractions are fine)
  --seed N     repeats the draws of that run (default: a new one, which is printed)
`;

/** A signal may cut a run short; the children notice that we are gone, and leave. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const)
  process.once(signal, () => process.exit(130));

function render({ seed, seconds, routes, subjects, findings }: FuzzSummary): string {
  const statuses = [...findings.statuses]
    .toSorted(([left], [right]) => left.localeCompare(right))
    .map(([group, count]) => `${group} ${count}`);
  const found = [...findings.found.values()].map(
    ({ where, what, sent, count }) => `\n✗ ${where} (${count} times): ${what}\n  sent: ${sent}`,
  );
  return `${found.join('')}
fuzz: seed ${seed}, ${seconds} s, ${routes} routes, ${subjects} subjects
  attempts ${findings.attempts} at ${findings.placeCount} places; answers ${statuses.join(', ')}
  findings ${findings.found.size}
`;
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
if (values.help || !(minutes > 0)) {
  process.stdout.write(USAGE);
  process.exitCode = values.help ? 0 : 1;
} else {
  const seed = values.seed === undefined ? newSeed() : Number(values.seed);
  process.stderr.write(`fuzz: seed ${seed}, ${minutes} min\n`);
  const summary = await runFuzz({ seed, seconds: minutes * 60 });
  process.stdout.write(render(summary));
  process.exitCode = summary.findings.found.size === 0 ? 0 : 1;
}
// Kept-alive connections must not keep us.
process.exit();
