import { readFileSync } from 'node:fs';
import { connect } from '@nats-io/transport-node';
import { Pool } from 'undici';
import { PublishAcknowledgements } from '../jetstream/publish-acknowledgements.js';
import type { BareLoopOrder, BareLoopSetUp } from './bare-loop-order.js';
import { BareLoop } from './bare-loop.js';

const CONNECTIONS = 512;

const setUp: BareLoopSetUp = JSON.parse(process.argv[2] ?? '');
const prompts: string[] = JSON.parse(readFileSync(setUp.promptsFile, 'utf8'));
const connection = await connect({ servers: setUp.natsUrl, name: 'bare-loop', noAsyncTraces: true });
const { origin, pathname } = new URL(setUp.upstreamUrl);
const loop = new BareLoop(connection, new PublishAcknowledgements(connection), {
  pool: new Pool(origin, { connections: CONNECTIONS }),
  path: pathname,
  headers: { 'content-type': 'application/json', authorization: `Bearer ${setUp.upstreamKey}` },
});
let filled = 0;

async function obey(order: BareLoopOrder): Promise<object> {
  if (order.kind === 'run') return { seconds: await loop.run(filled) };
  filled = order.jobs;
  await loop.fill(Array.from({ length: filled }, (_, index) => bodyOf(prompts[index % prompts.length] ?? '')));
  return {};
}

function bodyOf(prompt: string): string {
  return JSON.stringify({ model: setUp.model, messages: [{ role: 'user', content: prompt }] });
}

process.on('disconnect', () => process.exit());
process.on('message', (order: BareLoopOrder) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
