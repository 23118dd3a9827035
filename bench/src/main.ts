import { readArguments, USAGE, type BenchArguments } from './arguments.js';
import { BenchError } from './bench.error.js';
import { Cleanup } from './cleanup.js';
import { runProfile } from './profile/run-profile.js';
import { Progress } from './progress.js';
import { renderReport } from './report/render-report.js';
import { writeResults } from './report/write-results.js';
import { BenchRun } from './run-bench.js';

const cleanup = new Cleanup();
const progress = new Progress();
let isStopping = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) {
  process.once(signal, () => {
    if (isStopping) return;
    isStopping = true;
    progress.say('stopping …');
    void cleanup.run().then(() => process.exit(130));
  });
}

async function measure(demand: BenchArguments): Promise<void> {
  const results = await new BenchRun(demand, progress, cleanup).run();
  const report = renderReport(results);
  process.stdout.write(`\n${report}\n`);
  for (const file of await writeResults(results, report)) progress.say(`written: ${file}`);
}

async function main(): Promise<void> {
  const demand = readArguments(process.argv.slice(2));
  if (demand.isHelp) process.stdout.write(`${USAGE}\n`);
  else if (demand.isProfile) await runProfile(demand, progress, cleanup);
  else await measure(demand);
}

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  // What fails while all is being stopped fails because of that.
  if (isStopping) process.exitCode = 130;
  else if (error instanceof BenchError) process.stderr.write(`\n${error.message}\n→ ${error.remedy}\n`);
  else console.error(error);
} finally {
  await cleanup.run();
}
// Kept-alive connections must not keep us.
process.exit();
