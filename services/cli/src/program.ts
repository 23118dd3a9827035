import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { Command } from 'commander';
import { auditCommand } from './audit-trail/audit.command.js';
import { checkCommand } from './check-configuration/check.command.js';
import { routeCommand } from './explain-route/route.command.js';
import { importCommand } from './import-litellm/import.command.js';
import { deadLettersCommand } from './manage-dead-letters/dead-letters.command.js';
import { jobsCommand } from './manage-jobs/jobs.command.js';
import { webhooksCommand } from './manage-webhooks/webhooks.command.js';
import { keysCommand } from './manage-keys/keys.command.js';
import { configurationCommands } from './manage-configuration/configuration.commands.js';
import { membersCommand } from './manage-members/members.command.js';
import { policyCommand } from './manage-policies/policy.command.js';
import { pricesCommand } from './manage-prices/prices.command.js';
import { guardsCommand } from './manage-guards/guards.command.js';
import { queuesCommand } from './manage-queues/queues.command.js';
import { batchCommand } from './run-batch/batch.command.js';
import { reconcileCommand } from './report-money/reconcile.command.js';
import { reportCommands } from './report-money/report-commands.js';
import { routerCommand } from './train-router/router.command.js';
import { ledgerCommand } from './verify-ledger/ledger.command.js';

const EXPLANATION = `
Exit status: 0 all well · 1 wrong arguments, refused or no connection · 2 it was done and is not well: the batch or some of
its lines failed, the trail is not whole, the books or a report differ · 130 interrupted
With --json an error is the one object that is printed: {"error": {"message", "code", "retryable"}}.

First steps:
  npm start                                              starts Switchyard and prints a key
  export SWITCHYARD_API_KEY=…
  switchyard batch run questions.jsonl --model sim-small`;

/** Every command of `switchyard`; `exit` hears the code to leave with where that is not for an error to say. */
export function switchyardProgram(exit: (code: number) => void): Command {
  const program = new Command('switchyard')
    .description('Switchyard from the terminal')
    .version(versionOf(), '--version', 'print the version')
    .addHelpText('after', EXPLANATION);
  for (const [heading, commands] of groupsOf(exit)) {
    program.commandsGroup(heading);
    for (const command of commands) program.addCommand(command);
  }
  explainErrors(program);
  return program;
}

/** The commands by what somebody comes for. */
function groupsOf(exit: (code: number) => void): [heading: string, commands: Command[]][] {
  return [
    ['Calls:', [batchCommand(exit), jobsCommand(exit), webhooksCommand(exit)]],
    ['Configuration:', [checkCommand(exit), importCommand(), ...configurationCommands(), pricesCommand()]],
    ['Routing:', [routeCommand(exit), policyCommand(), routerCommand()]],
    ['People and keys:', [keysCommand(), membersCommand(), guardsCommand()]],
    ['Money:', [...reportCommands(), reconcileCommand(exit), ledgerCommand(exit)]],
    ['Record and operation:', [auditCommand(exit), queuesCommand(), deadLettersCommand(exit)]],
  ];
}

/** Wherever arguments are wrong, the way to what there is; who runs the program decides how it ends. */
function explainErrors(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help for what there is)');
  for (const child of command.commands) explainErrors(child);
}

/** Of the package that this is part of, built or not: the nearest package.json above. */
function versionOf(): string {
  const text = readFileSync(findPackageJSON(import.meta.url) ?? '', 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
