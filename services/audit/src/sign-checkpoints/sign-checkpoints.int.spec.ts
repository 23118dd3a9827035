import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBlobStore } from '#libs/blobs';
import { Subject } from '#libs/contracts';
import { openCheckpoint } from '#libs/merkle';
import { MessagingParts } from '#libs/messaging';
import type { Settings } from '#libs/runtime';
import { buildRequestEnded, eventually, startNatsForTests, type NatsForTests } from '#libs/testing';
import { AuditParts, silentLog } from '../audit.fixture.js';
import { blobKeyOf, PublishCheckpointsHandler } from './publish-checkpoints.handler.js';
import { Witness } from './witness.js';

const hour = 3_600_000;

describe('checkpoints', () => {
  let parts: AuditParts;
  let nats: NatsForTests;
  let messaging: MessagingParts;
  let home: string;
  let receiver: Server;
  let publisher: PublishCheckpointsHandler;
  const witnessed: string[] = [];
  let witnessStatus = 200;

  beforeAll(async () => {
    [parts, nats, home] = await Promise.all([
      AuditParts.open(),
      startNatsForTests(),
      mkdtemp(join(tmpdir(), 'switchyard-audit-')),
    ]);
    messaging = await MessagingParts.open(nats.url, 'audit', silentLog);
    receiver = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        if (witnessStatus === 200) witnessed.push(Buffer.concat(pieces).toString('utf8'));
        response.writeHead(witnessStatus).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const auditWitnessUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const blobs = await openBlobStore({ home, s3: undefined });
    publisher = new PublishCheckpointsHandler(
      parts.checkpoints,
      messaging.publisher,
      blobs,
      new Witness({ auditWitnessUrl } as Settings),
    );
  });
  afterAll(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await messaging.close();
    await nats.stop();
    await parts.close();
    await rm(home, { recursive: true });
  });

  const sizesOf = async (organization: string) =>
    (await parts.checkpoints.list(organization, { size: -1, signedAt: new Date(0) }, 100)).map(({ size }) => size);

  it('are signed soon after new entries, and after an idle hour all the same', async () => {
    const now = Date.now();
    const event = () => buildRequestEnded({ organization: 'timely' });
    await parts.record([event()]);
    await parts.signer.signDue(now);
    await parts.signer.signDue(now + 5_000);
    expect(await sizesOf('timely')).toEqual([1]);
    await parts.record([event(), event()]);
    await parts.signer.signDue(now + 50_000);
    expect(await sizesOf('timely')).toEqual([1, 3]);
    await parts.signer.signDue(now + hour / 2);
    await parts.signer.signDue(now + hour + 40_000);
    expect(await sizesOf('timely')).toEqual([1, 3, 3]);
  });

  it('are signed once by several processes at a time', async () => {
    await parts.record([buildRequestEnded({ organization: 'many' })]);
    const now = Date.now() + 10 * hour;
    await Promise.all([1, 2, 3].map(() => parts.signer.signDue(now)));
    expect(await sizesOf('many')).toEqual([1]);
  });

  it('leave the database: for the stream, the store of files and the witness, also one that was away', async () => {
    await parts.record([buildRequestEnded({ organization: 'told' })]);
    const streamed: string[] = [];
    messaging.messaging.subscribe(Subject.auditCheckpointed('told'), ({ data }) => {
      streamed.push(Buffer.from(data).toString('utf8'));
    });
    witnessStatus = 503;
    const signed = await parts.signer.sign('told', Date.now());
    await expect(publisher.publish()).rejects.toThrow('answered 503');
    expect(openCheckpoint(signed!.note, await parts.keys.verifiersOf('told'))).toMatchObject({ size: 1 });
    await eventually(() => expect(streamed).toEqual([signed!.note]));
    expect(await readFile(join(home, 'blobs', blobKeyOf(signed!)), 'utf8')).toBe(signed!.note);
    expect(await parts.checkpoints.unpublished(10)).toEqual([]);
    witnessStatus = 200;
    const later = await parts.signer.sign('told', Date.now() + 1);
    await publisher.publish();
    expect(witnessed).toEqual([later!.note]);
  });
});
