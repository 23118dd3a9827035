import { readArguments, usage, type FaultsArguments } from './arguments.js';
import { runCheck } from './check-command.js';
import { FaultsError } from './faults.error.js';
import { runProxy } from './proxy-command.js';
import { runScenario, type ScenarioResult } from './run-scenario.js';
import { hasPassed, renderSummary } from './summary.js';

/** A signal may cut a run short; the children notice that we are gone, and leave. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const)
  process.once(signal, () => process.exit(130));

async function run({ scenarios, seed, lines, isJson }: FaultsArguments): Promise<boolean> {
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    const startedAt = Date.now();
    const say = (text: string): void => {
      const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1).padStart(7);
      process.stderr.write(`${seconds} s  ${scenario.name}: ${text}\n`);
    };
    say(`${scenario.says}; seed ${seed}, ${lines} lines`);
    const result = await runScenario(scenario, { seed, lines, say });
    results.push(result);
    if (!isJson) process.stdout.write(`${renderSummary(result)}\n`);
  }
  if (isJson) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
  else process.stdout.write(`\n${results.filter(hasPassed).length} of ${results.length} scenarios held\n`);
  return results.every(hasPassed);
}

async function main(commandLine: string[]): Promise<boolean> {
  const [command, ...rest] = commandLine;
  if (command === 'check') return runCheck(rest);
  if (command === 'proxy') return runProxy(rest);
  const demand = readArguments(commandLine);
  if (demand !== undefined) return run(demand);
  process.stdout.write(`${usage()}\n`);
  return true;
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  process.exitCode = 1;
  if (error instanceof FaultsError) process.stderr.write(`\n${error.message}\n→ ${error.remedy}\n`);
  else console.error(error);
}
// Kept-alive connections must not keep us.
process.exit();
