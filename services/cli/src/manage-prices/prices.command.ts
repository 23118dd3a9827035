import { Command } from 'commander';
import { clientFrom, withConnection, type ConnectionFlags } from '../call-api/connection-options.js';
import { ADMIN_KEYS } from '../call-api/connection.js';
import { amountsOf } from './amounts.policy.js';
import { describePrices } from './describe-prices.policy.js';
import { PriceApi } from './price-api.js';

const HELP = `
Example:
  switchyard prices set gpt-2027 inputPerMillion=0.40 outputPerMillion=1.60 --provider openai --model gpt-4.1-mini --from 2027-01-01T00:00:00Z
  switchyard prices set pictures perImage=0.04 --provider openai --model gpt-image-1      in force at once
  switchyard prices list
  switchyard prices remove gpt-2027                                                       what targets and the catalogue say holds again
Amounts are US dollars; their fields are those of "price" at targets. Tiers are set by "switchyard apply".`;

type SetFlags = ConnectionFlags & { provider: string; model: string; from?: string };

/** `switchyard prices …`: what models cost at providers, from a time on. */
export function pricesCommand(): Command {
  const prices = new Command('prices')
    .description('set what models cost at providers, from a time on')
    .addHelpText('after', HELP);
  withConnection(prices.command('list'), ADMIN_KEYS)
    .description('show prices, by which version charges name them, and whether they hold')
    .action(async (flags: ConnectionFlags) => print(flags, await apiFrom(flags).list(), describePrices));
  withConnection(prices.command('set'), ADMIN_KEYS)
    .description('make a price, or replace one as a whole')
    .argument('<name>', 'what the price is called')
    .argument('<amounts...>', 'FIELD=USD, such as inputPerMillion=0.40')
    .requiredOption('--provider <name>', 'the provider, as in the configuration')
    .requiredOption('--model <name>', 'the model, as the provider calls it')
    .option('--from <time>', 'when it begins, with a zone; at once where it is left out')
    .action(async (name: string, amounts: string[], flags: SetFlags) => {
      const { provider, model, from } = flags;
      const price = amountsOf(amounts);
      const setting = { provider, model, price, ...(from === undefined ? {} : { effectiveFrom: from }) };
      print(flags, await apiFrom(flags).set(name, setting), (set) => describePrices([set]));
    });
  withConnection(prices.command('remove'), ADMIN_KEYS)
    .description('take a price away; what targets and the catalogue say holds again')
    .argument('<name>', 'what the price is called')
    .action(async (name: string, flags: ConnectionFlags) =>
      print(flags, await apiFrom(flags).remove(name), () => `The price ${name} is removed.`),
    );
  return prices;
}

function apiFrom(flags: ConnectionFlags): PriceApi {
  return new PriceApi(clientFrom(flags, ADMIN_KEYS));
}

function print<T>(flags: ConnectionFlags, answer: T, describe: (answer: T) => string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(answer) : describe(answer)}\n`);
}
