import { Command, InvalidArgumentError } from 'commander';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ExitCode } from '../exit-code.js';
import { readRequest } from '../request-file.js';
import { describeRoute } from './describe-route.policy.js';
import { explainRoute } from './explained-route.js';

const CHAT = '/v1/chat/completions';
const PROMPT = 'Say hello';
const HEADER = /^([\w-]+): *([\x20-\x7e]+)$/;

const HELP = `
Exit status: 0 it would be sent · 1 wrong arguments, no connection, or refused before it is routed · 2 no target may serve it

Example:
  switchyard route explain --model gpt-small                           where its calls go now, and which targets are left out
  switchyard route explain request.json --header "X-Switchyard-Tags: night"
  switchyard route explain message.json --endpoint /v1/messages --json`;

interface ExplainFlags extends ConnectionFlags {
  readonly model?: string;
  readonly prompt?: string;
  readonly endpoint: string;
  readonly header: Record<string, string>;
}

/** `switchyard route …`; `exitWith` is told how the command ended. */
export function routeCommand(exitWith: (code: number) => void): Command {
  const route = new Command('route').description('where requests go, and why').addHelpText('after', HELP);
  withConnection(route.command('explain'))
    .description('tell whom a request would go to now, and why; nobody is called and nothing charged')
    .argument('[file]', 'the body of the request, as JSON')
    .option('--model <name>', 'the model that is asked for (default: the one in FILE)')
    .option('--prompt <text>', `without FILE: the prompt (default: "${PROMPT}")`)
    .option('--endpoint <path>', 'the address that the request in FILE is for', CHAT)
    .option('--header <line>', 'a header of the request, as "Name: value"; may be given again', addHeader, {})
    .addHelpText('after', HELP)
    .action(async (file: string | undefined, flags: ExplainFlags, command: Command) => {
      const body = file === undefined ? chatOf(flags, command) : await bodyIn(file, flags, command);
      const found = await explainRoute(clientFrom(flags), { path: flags.endpoint, body, headers: flags.header });
      process.stdout.write(`${flags.json ? JSON.stringify(found) : describeRoute(found)}\n`);
      exitWith(found.refusal ? ExitCode.failedLines : ExitCode.ok);
    });
  return route;
}

function chatOf({ model, prompt = PROMPT, endpoint }: ExplainFlags, command: Command): object {
  if (model === undefined) command.error('Name a FILE with a request, or a model with --model.');
  if (endpoint !== CHAT) command.error('--endpoint needs a FILE with a request for that address.');
  return { model, messages: [{ role: 'user', content: prompt }] };
}

async function bodyIn(file: string, { model, prompt }: ExplainFlags, command: Command): Promise<object> {
  if (prompt !== undefined) command.error('--prompt is for a request without FILE; leave one of them out.');
  const { body } = await readRequest(file);
  return { ...body, ...(model === undefined ? {} : { model }) };
}

function addHeader(line: string, before: Record<string, string>): Record<string, string> {
  const [, name = '', value = ''] = HEADER.exec(line) ?? [];
  if (name === '') throw new InvalidArgumentError('It must be like "X-Switchyard-Tags: night".');
  if (/^(authorization|x-api-key|content-|host$)/i.test(name))
    throw new InvalidArgumentError('The key is given with --key; of what is sent the command speaks for itself.');
  return { ...before, [name.toLowerCase()]: value };
}
