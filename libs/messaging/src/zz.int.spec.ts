import { it } from '@jest/globals';
import { startNatsForTests } from '#libs/testing';
import { MessagingForTests } from './messaging.fixture.js';
it('x', async () => {
  const nats = await startNatsForTests();
  const m = await MessagingForTests.open(nats);
  const c = await m.consumer('plain');
  process.stderr.write('consumer\n');
  try { await m.parts.messaging.store('request.completed.v1.plain', 'x', {}, 1000); process.stderr.write('stored\n'); } catch (e) { process.stderr.write(String(e) + (e as {code:string}).code + '\n'); }
  await m.feed('plain', ['1']);
  process.stderr.write('fed\n');
  process.stderr.write(String(await m.unsettled(c))+'\n');
  await m.close(); await nats.stop();
}, 8000);
