import { Command, InvalidArgumentError, Option } from 'commander';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';
import { ExitCode } from '../exit-code.js';
import { DeadLetterApi, type LetterFilter } from './dead-letter-api.js';
import { describeDeadLetter, describeDeadLetters, describeEnd } from './describe-dead-letters.policy.js';
import { settleLetters } from './settle-letters.js';

const HELP = `
Example:
  switchyard dead-letters list --consumer billing
  switchyard dead-letters show dl_…
  switchyard dead-letters redrive dl_… dl_…          once the cause is mended
  switchyard dead-letters redrive --consumer billing  all that rest of it
  switchyard dead-letters discard dl_…               for good

Exit status: 2 where one of them could not be sent again or thrown away.`;

const DEFAULT_LIMIT = 20;

/** `switchyard dead-letters …`: messages that no consumer could digest. */
export function deadLettersCommand(exit: (code: number) => void): Command {
  const letters = new Command('dead-letters')
    .description('look at messages that no consumer could digest, send them again or throw them away')
    .addHelpText('after', HELP);
  addList(letters);
  addShow(letters);
  addSettle(letters, exit, 'redrive', 'send the messages again, each on its own subject, once');
  addSettle(letters, exit, 'discard', 'throw messages away; that they were there stays on record');
  return letters;
}

function addList(letters: Command): void {
  withConnection(letters.command('list'), ADMIN_KEYS)
    .description('show them, oldest first')
    .addOption(
      new Option('--status <status>', 'only these')
        .choices(['resting', 'redriven', 'discarded', 'all'])
        .default('resting'),
    )
    .option('--consumer <name>', 'only those that it buried')
    .option('--after <id>', 'from behind this one')
    .option('--limit <number>', 'how many, up to 100', wholeNumber, DEFAULT_LIMIT)
    .action(async (flags: ConnectionFlags & LetterFilter) => {
      const { status = 'resting', consumer, after, limit } = flags;
      const page = await apiFrom(flags).list({ status, consumer, after, limit });
      print(flags, page, describeDeadLetters(page, { status, consumer, after }));
    });
}

function addShow(letters: Command): void {
  withConnection(letters.command('show'), ADMIN_KEYS)
    .description('show one with its history, headers and payload')
    .argument('<letter>')
    .action(async (id: string, flags: ConnectionFlags) => {
      const letter = await apiFrom(flags).read(id);
      print(flags, letter, describeDeadLetter(letter));
    });
}

function addSettle(
  letters: Command,
  exit: (code: number) => void,
  verb: 'redrive' | 'discard',
  description: string,
): void {
  withConnection(letters.command(verb), ADMIN_KEYS)
    .description(description)
    .argument('[letters...]')
    .option('--consumer <name>', 'all that rest of a consumer')
    .action(async (ids: string[], flags: ConnectionFlags & { consumer?: string }) => {
      const outcome = await settleLetters(apiFrom(flags), verb, { ids, consumer: flags.consumer });
      const lines = [
        ...outcome.settled.map((letter) => `${letter.id}  ${describeEnd(letter)}`),
        ...outcome.failed.map(({ id, message }) => `${id}  failed: ${message}`),
      ];
      print(flags, outcome, lines.length === 0 ? 'None rests.' : lines.join('\n'));
      if (outcome.failed.length > 0) exit(ExitCode.failedLines);
    });
}

function apiFrom(flags: ConnectionFlags): DeadLetterApi {
  return new DeadLetterApi(clientFrom(flags, ADMIN_KEYS));
}

function print(flags: ConnectionFlags, answer: object, text: string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(answer) : text}\n`);
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('must be a whole number');
}
