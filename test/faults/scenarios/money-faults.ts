import { setTimeout } from 'node:timers/promises';

import { eventually } from '#libs/testing';

import { begin, call, type HttpAnswer } from '../../journeys/http-call.js';
import { OUR_KEY, PRICE } from '../../journeys/journey-configuration.js';
import { ExtraService } from '../ground/extra-service.js';
import type { Scenario, ScenarioRun } from '../scenario.js';

const CALLERS = 500;
const AFFORDABLE = 10;
const OUTPUT_TOKENS = 64;
const SAMPLE_EVERY_MILLISECONDS = 20;
const FREED_WITHIN_MILLISECONDS = 240_000;
const TIGHT_KEY = 'sk-tight-5b1d7c9e3f2a4860';
/** What a call of 64 tokens costs besides its prompt, in nano-USD. */
const OUTPUT_NANO_USD = OUTPUT_TOKENS * Number(PRICE.outputPerMillion) * 1_000;

const PROMPT = 'How many wagons stay?';
const askOnce = (url: string, key: string, model = 'answering'): Promise<HttpAnswer> =>
  call(`${url}/v1/chat/completions`, {
    key,
    body: { model, messages: [{ role: 'user', content: PROMPT }], max_tokens: OUTPUT_TOKENS },
  });

/** One more project, whose budget is enough for ten calls and not for eleven: prompts of this length cost a few hundredths of an answer. */
function withTightProject(configuration: object): object {
  const limitUsd = ((OUTPUT_NANO_USD * (AFFORDABLE + 0.7)) / 1e9).toFixed(9);
  const given = configuration as { organizations: { name: string; projects: object[] }[] };
  const tight = { name: 'tight', budgets: [{ limitUsd, period: 'total' }], keys: [{ name: 'ci', key: TIGHT_KEY }] };
  return {
    ...configuration,
    organizations: given.organizations.map((organization) =>
      organization.name === 'demo' ? { ...organization, projects: [...organization.projects, tight] } : organization,
    ),
  };
}

/** Budgets under many callers, and holds under every way a request can end. */
export const MONEY_FAULTS: readonly Scenario[] = [
  {
    name: 'M-01',
    says: `${CALLERS} callers at once over three ingress processes against a budget for ${AFFORDABLE}: exactly ${AFFORDABLE} are served`,
    ground: { pace: { latencyMilliseconds: 100, outputTokens: OUTPUT_TOKENS }, configure: withTightProject },
    run: async (run) => {
      const { ground, figures, expect } = run;
      const others = await Promise.all([1, 2].map(() => ExtraService.start(ground, 'ingress')));
      try {
        await Promise.all(others.map((other) => other.untilReady()));
        const urls = [ground.stack.url, ...others.map(({ url }) => url)];
        const sampler = sampleBudgets(run);
        const answers = await Promise.all(
          Array.from({ length: CALLERS }, (_, index) => askOnce(urls[index % urls.length] ?? '', TIGHT_KEY)),
        );
        const { samples, broken } = await sampler.stop();
        const served = answers.filter(({ status }) => status === 200).length;
        const refused = answers.filter(({ status, text }) => status === 402 && text.includes('budget_exceeded')).length;
        Object.assign(figures, { served, 'refused with 402': refused, samples, 'samples over the limit': broken });
        expect(served === AFFORDABLE, `${served} were served`);
        expect(served + refused === CALLERS, `${CALLERS - served - refused} answers are neither 200 nor 402`);
        expect(samples > 0 && broken === 0, `${broken} of ${samples} samples are over the limit`);
      } finally {
        for (const other of others) expect((await other.stop()) === 0, 'an ingress did not leave well');
      }
    },
  },
  {
    name: 'M-04',
    says: 'requests that end in every way there is, with kills in between: every hold is free again',
    ground: { pace: { latencyMilliseconds: 20, tokensPerSecond: 400 } },
    run: async (run) => {
      const { ground, figures, expect, say } = run;
      const ends = await endInEveryWay(run);
      Object.assign(figures, ends);
      say('waiting until no hold is left');
      const startedAt = Date.now();
      await eventually(
        async () => {
          const rows = await ground.query(
            `SELECT id, held_nano_usd::text AS held FROM billing.budget_periods WHERE held_nano_usd <> 0`,
          );
          if (rows.length > 0) throw new Error(`held: ${JSON.stringify(rows)}`);
        },
        { withinMilliseconds: FREED_WITHIN_MILLISECONDS, everyMilliseconds: 500 },
      );
      figures['seconds until nothing was held'] = ((Date.now() - startedAt) / 1_000).toFixed(1);
      expect(Object.keys(ends).length >= 4, 'not every way was gone');
    },
  },
];

function sampleBudgets({ ground }: ScenarioRun): { stop: () => Promise<{ samples: number; broken: number }> } {
  const over = new AbortController();
  const sampling = ground.withClient(async (client) => {
    let [samples, broken] = [0, 0];
    while (!over.signal.aborted) {
      const { rows } = await client.query(
        `SELECT id FROM billing.budget_periods WHERE posted_nano_usd + held_nano_usd > limit_nano_usd + granted_nano_usd`,
      );
      samples += 1;
      broken += rows.length > 0 ? 1 : 0;
      await setTimeout(SAMPLE_EVERY_MILLISECONDS);
    }
    return { samples, broken };
  });
  return {
    stop: () => {
      over.abort();
      return sampling;
    },
  };
}

async function endInEveryWay({ ground, random, lines }: ScenarioRun): Promise<Record<string, number>> {
  const { url } = ground.stack;
  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    answered: () => askOnce(url, OUR_KEY),
    'failed by the provider': () => askOnce(url, OUR_KEY, 'failing'),
    'cut by the provider': () => stream(url, 'cutting', Number.POSITIVE_INFINITY),
    'left in mid-stream': () => stream(url, 'answering', 1),
    'left before an answer': () => leaveAfter(url, 100),
    'no such model': () => askOnce(url, OUR_KEY, 'no-such-model'),
    'not JSON': () => call(`${url}/v1/chat/completions`, { key: OUR_KEY, body: '{"model": ' }),
  };
  const total = Math.min(lines, 10_000);
  const ended: Record<string, number> = {};
  const order = random.shuffled(
    Array.from({ length: total }, (_, index) => Object.keys(ways)[index % Object.keys(ways).length] ?? ''),
  );
  for (let start = 0; start < total; start += 50) {
    const some = order.slice(start, start + 50);
    const ending = Promise.allSettled(some.map(async (way) => ways[way]?.()));
    if (start === 50 * Math.floor(total / 150)) await ground.stack.kill('worker');
    if (start === 50 * Math.floor(total / 100)) await ground.stack.kill('ingress');
    await ending;
    if (start >= 50 * Math.floor(total / 150)) await ground.stack.untilReady();
    for (const way of some) ended[way] = (ended[way] ?? 0) + 1;
  }
  return ended;
}

/** Reads a stream and leaves after so many pieces. */
async function stream(url: string, model: string, leaveAfterPieces: number): Promise<void> {
  const body = { model, stream: true, messages: [{ role: 'user', content: PROMPT }], max_tokens: OUTPUT_TOKENS };
  const answer = await begin(`${url}/v1/chat/completions`, { key: OUR_KEY, body });
  let pieces = 0;
  for await (const piece of answer) {
    pieces += String(piece).length > 0 ? 1 : 0;
    if (pieces >= leaveAfterPieces) break;
  }
  answer.destroy();
}

async function leaveAfter(url: string, milliseconds: number): Promise<void> {
  const body = { model: 'hanging', messages: [{ role: 'user', content: PROMPT }], max_tokens: OUTPUT_TOKENS };
  await begin(`${url}/v1/chat/completions`, { key: OUR_KEY, body, signal: AbortSignal.timeout(milliseconds) });
}
