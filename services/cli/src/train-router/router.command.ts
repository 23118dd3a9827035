import { Command, InvalidArgumentError, Option } from 'commander';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ExitCode } from '../exit-code.js';
import { describeLearning, putInForce } from './describe-learning.policy.js';
import { crossValidateRouter, evaluateRouter, trainRouter, type LearningParts, type LearningRequest } from './learn.js';
import { LearningBar, silentLearning } from './learning-display.js';
import type { LearningSummary } from './learning-summary.policy.js';
import { carryOutInThread } from './learning-thread.js';

const DEFAULT_FILE = 'difficulty-model.bin';

const ROWS_HELP = `
FILE holds one JSON object a line, as one of (all may have a "group" to report on apart and a "topic" to learn from):
  compared    {"prompt": "…", "weak": false, "strong": true}     how a weak and a strong model answered: true, false, 0 to 1
  scored      {"prompt": "…", "score": 0.4}                      how the weak one answered; the strong one is held perfect
  requests    {"prompt": "…", "request_id": "req_…"}             the score is the feedback on that request (POST /v1/feedback)
Only requests need a server and a key. Prompts are not on record, so keep them with the request ids that you were given.`;

const TRAIN_HELP = `${ROWS_HELP}
At least 100 rows; a thousand or more are worth having. 10,000 take a minute or a few. Prompts are sent nowhere.

Example:
  switchyard router train --data rows.jsonl --out own.bin
  SWITCHYARD_DIFFICULTY_MODEL=own.bin npm start             puts it in force`;

const EVALUATE_HELP = `${ROWS_HELP}
On rows that the model was trained on it does far better than on any others, and nothing in the files can tell for certain that
they are the same: keep rows apart for this, or use --cross-validate.

Example:
  switchyard router evaluate --data kept-apart.jsonl --model own.bin
  switchyard router evaluate --data rows.jsonl --cross-validate`;

type LearningFlags = ConnectionFlags & LearningRequest;

/** `switchyard router …`: learn and judge by which model `auto` chooses. */
export function routerCommand(): Command {
  const router = new Command('router').description('train and judge the model of difficulty that "auto" chooses by');
  router.addCommand(trainCommand());
  router.addCommand(evaluateCommand());
  return router;
}

function trainCommand(): Command {
  return withRows(new Command('train'))
    .description('train a model of difficulty on FILE, tell what it is worth, and write it')
    .option('--out <file>', 'where to write the model', DEFAULT_FILE)
    .option('--force', 'write over a file that is there')
    .addHelpText('after', TRAIN_HELP)
    .action(async (flags: LearningFlags & { out: string; force?: boolean }) => {
      const summary = await carriedOut(flags, (parts) => trainRouter(flags, parts));
      print(flags, summary, summary.model === null ? '' : `\n\n${putInForce(summary.model)}`);
    });
}

function evaluateCommand(): Command {
  return withRows(new Command('evaluate'))
    .description('tell how good a model of difficulty is on FILE')
    .option('--model <file>', 'the model (default: the one that Switchyard comes with)')
    .option('--cross-validate', 'judge what training on FILE is worth on prompts not seen; takes as long as training')
    .addHelpText('after', EVALUATE_HELP)
    .action(async (flags: LearningFlags & { model?: string; crossValidate?: boolean }, command: Command) => {
      if (flags.crossValidate && flags.model !== undefined)
        command.error('--cross-validate trains models of its own; leave --model out.');
      const judge = flags.crossValidate ? crossValidateRouter : evaluateRouter;
      print(flags, await carriedOut(flags, (parts) => judge(flags, parts)));
    });
}

function withRows(command: Command): Command {
  return withConnection(command)
    .requiredOption('--data <file>', 'JSON lines of labelled prompts, or of prompts with the ids of their requests')
    .addOption(
      new Option(
        '--answered-by <targets...>',
        'count only feedback on answers of these targets (provider/model)',
      ).default([], 'all of them'),
    )
    .option('--seed <number>', 'the same rows and seed give the same model', positiveInteger, 1)
    .option('--folds <number>', 'parts that the rows are divided into, each judged by what the others teach', folds, 5);
}

/** Runs with a progress bar that Ctrl-C removes. */
async function carriedOut(
  flags: LearningFlags,
  run: (parts: LearningParts) => Promise<LearningSummary>,
): Promise<LearningSummary> {
  const display = flags.json ? silentLearning : new LearningBar();
  process.once('SIGINT', () => {
    display.stop();
    process.stderr.write('\nStopped; nothing was written.\n');
    process.exit(ExitCode.interrupted);
  });
  const parts = { api: () => clientFrom(flags), display, carryOut: carryOutInThread };
  return run(parts).finally(() => display.stop());
}

function print(flags: LearningFlags, summary: LearningSummary, more = ''): void {
  process.stdout.write(`${flags.json ? JSON.stringify(summary) : `${describeLearning(summary)}${more}`}\n`);
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return value;
}

function folds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 2 || value > 20)
    throw new InvalidArgumentError('It must be a whole number from 2 to 20.');
  return value;
}
