import { readFile } from 'node:fs/promises';

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually } from './eventually.js';
import { startNatsForTests, type NatsForTests } from './nats-for-tests.js';

describe('startNatsForTests', () => {
  let nats: NatsForTests;

  beforeAll(async () => {
    nats = await startNatsForTests();
  });
  afterAll(async () => nats.stop());

  it('keeps acknowledged messages and its address over a kill -9 and a restart', async () => {
    const { url, pid } = nats;
    const before = await connect({ servers: url });
    await (await jetstreamManager(before)).streams.add({ name: 'KEPT', subjects: ['kept'] });
    await jetstream(before).publish('kept', 'one');
    await before.close();

    await nats.kill();
    await nats.restart();

    const after = await connect({ servers: url });
    const { state } = await (await jetstreamManager(after)).streams.info('KEPT');
    await after.close();
    expect(state.messages).toBe(1);
    expect(nats.pid).not.toBe(pid);
  });

  it('gives no answer while paused', async () => {
    const connection = await connect({ servers: nats.url });
    nats.pause();
    await eventually(async () => expect(await stateOf(nats.pid)).toBe('T'));
    let isAnswered = false;
    const answer = connection.rtt().then(() => (isAnswered = true));
    await expect(connect({ servers: nats.url, timeout: 100, reconnect: false })).rejects.toThrow();
    expect(isAnswered).toBe(false);

    nats.resume();

    await expect(answer).resolves.toBe(true);
    await connection.close();
  });
});

/** The state letter of proc(5): T means stopped. */
async function stateOf(pid: number): Promise<string | undefined> {
  return (await readFile(`/proc/${pid}/stat`, 'utf8')).split(' ')[2];
}
