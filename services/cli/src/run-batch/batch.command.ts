import { Command, InvalidArgumentError, Option } from 'commander';
import { COMPLETION_WINDOWS } from '#libs/contracts';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ExitCode } from '../exit-code.js';
import { fetchResults, resultPaths } from '../fetch-results/fetch-results.js';
import { defaultPatience, followBatch } from '../follow-batch/follow-batch.js';
import { BarDisplay, silentDisplay } from '../follow-batch/progress-display.js';
import { listCommand } from '../list-batches/list.command.js';
import { positiveNumber } from '../positive-number.js';
import { nativeCommand } from '../manage-native-batches/native.command.js';
import { DEFAULT_ENDPOINT, PROMPT_ENDPOINTS } from '../read-prompts/prompt-body.policy.js';
import { runBatch, type RunRequest } from './run-batch.js';
import { describeSummary, exitCodeOf, hasEnded, notEnded, summaryOf, type Summary } from './summary.policy.js';

const RUN_HELP = `
FILE holds one request a line, as one of:
  prompts          {"prompt": "What is 2 + 2?"}        needs --model
  plain text       What is 2 + 2?                      needs --model
  OpenAI batch     {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {…}}

Prompts may go to ${PROMPT_ENDPOINTS.join(', ')}.

Examples:
  switchyard batch run questions.jsonl --model sim-small
  switchyard batch run texts.txt --model sim-small --endpoint /v1/embeddings --window background`;

const FOLLOW_TIMEOUT = 'wait no longer than this for its end (exit status 1); the batch goes on';

/** `switchyard batch …`; `exitWith` is told how the command ended. */
export function batchCommand(exitWith: (code: number) => void): Command {
  const batch = new Command('batch').description('run a file of prompts or requests as a batch');
  batch.addCommand(runCommand(exitWith)).addCommand(listCommand()).addCommand(nativeCommand());
  const one = (name: string, description: string) =>
    withConnection(batch.command(name)).description(description).argument('<id>', 'id of the batch (batch_…)');
  one('status', 'show how far a batch is')
    .option('--follow', 'show progress until it has ended')
    .option('--timeout <seconds>', FOLLOW_TIMEOUT, positiveNumber)
    .action(async (id: string, flags: ConnectionFlags & { follow?: boolean; timeout?: number }) => {
      const api = clientFrom(flags);
      const display = flags.json ? silentDisplay : new BarDisplay();
      const found = await (flags.follow
        ? followBatch(id, { api, display, patience: defaultPatience, timeoutSeconds: flags.timeout }).finally(() =>
            display.stop(),
          )
        : api.readBatch(id));
      print(flags, summaryOf(found, { output: undefined, errors: undefined }, null));
      if (flags.follow) exitWith(exitCodeOf(found));
    });
  one('cancel', 'stop a batch; what is done stays done').action(async (id: string, flags: ConnectionFlags) => {
    print(flags, summaryOf(await clientFrom(flags).cancelBatch(id), { output: undefined, errors: undefined }, null));
  });
  one('results', 'write the answers and errors of an ended batch to files')
    .option('-o, --output <file>', 'where to write the answers (default: <id>.output.jsonl)')
    .action(async (id: string, flags: ConnectionFlags & { output?: string }) => {
      const api = clientFrom(flags);
      const found = await api.readBatch(id);
      if (!hasEnded(found)) throw notEnded(found);
      const files = await fetchResults(found, resultPaths(id, flags.output), { api, patience: defaultPatience });
      print(flags, summaryOf(found, files, null));
      exitWith(exitCodeOf(found));
    });
  return batch;
}

function runCommand(exitWith: (code: number) => void): Command {
  return withConnection(new Command('run'))
    .description('upload FILE, run it as a batch, follow it, and write the answers to a file')
    .argument('<file>', 'JSONL of prompts or requests, or plain text')
    .option('-m, --model <name>', 'model that is to answer; in a batch file it replaces the one of each line')
    .option('-o, --output <file>', 'where to write the answers (default: FILE with .output.jsonl, errors beside it)')
    .option('--prompt-field <name>', 'field that holds the prompt', 'prompt')
    .option('--max-tokens <number>', 'most tokens of an answer', positiveInteger)
    .option('--endpoint <path>', `endpoint of the requests (default: what a batch file says, else ${DEFAULT_ENDPOINT})`)
    .addOption(
      new Option('--window <time>', 'time that the batch may take; background promises none')
        .choices(COMPLETION_WINDOWS)
        .default('24h'),
    )
    .option('--timeout <seconds>', FOLLOW_TIMEOUT, positiveNumber)
    .addHelpText('after', RUN_HELP)
    .action(async (file: string, flags: ConnectionFlags & Omit<RunRequest, 'file'> & { timeout?: number }) => {
      const startedAt = performance.now();
      const display = flags.json ? silentDisplay : new BarDisplay();
      const resume = { id: undefined as string | undefined, isSubmitting: false };
      process.once('SIGINT', () => {
        display.stop();
        process.stderr.write(interruption(resume));
        process.exit(ExitCode.interrupted);
      });
      const onCreated = (id: string): void => {
        resume.id = id;
        display.say(`Batch ${id} is accepted.`);
      };
      const onSubmitting = (): void => void (resume.isSubmitting = true);
      const following = { patience: defaultPatience, timeoutSeconds: flags.timeout };
      const parts = { api: clientFrom(flags), display, onSubmitting, onCreated, ...following };
      const { batch, files } = await runBatch({ ...flags, file }, parts).finally(() => display.stop());
      print(flags, summaryOf(batch, files, (performance.now() - startedAt) / 1_000));
      exitWith(exitCodeOf(batch));
    });
}

/** What somebody who pressed Ctrl-C has to know. */
function interruption({ id, isSubmitting }: { id: string | undefined; isSubmitting: boolean }): string {
  if (id === undefined && isSubmitting)
    return '\nStopped while the batch was being submitted: it may be there and run: switchyard batch list\n';
  if (id === undefined) return '\nStopped; nothing was submitted.\n';
  return `\nThe batch goes on without you.
  switchyard batch status ${id}
  switchyard batch results ${id}
  switchyard batch cancel ${id}\n`;
}

function print(flags: ConnectionFlags, summary: Summary): void {
  process.stdout.write(`${flags.json ? JSON.stringify(summary) : describeSummary(summary)}\n`);
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return value;
}
