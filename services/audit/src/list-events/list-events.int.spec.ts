import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  auditEventPageSchema,
  decodeSentRequestsEnded,
  encodeRequestEnded,
  requestReadReplySchema,
  RequestNote,
  type AuditNoted,
  type AuditEventList,
} from '#libs/contracts';
import type { SnapshotWatch } from '#libs/messaging';
import { Database } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import { buildRequestEnded, createTestDatabase, type TestDatabase } from '#libs/testing';
import { auditSchema } from '../audit.schema.js';
import { RecordEventHandler } from '../record-event/record-event.handler.js';
import { TrailRepository } from '../record-event/trail.repository.js';
import { EntriesRepository } from './entries.repository.js';
import { KnownOrganizations } from './known-organizations.js';
import { ListEventsController } from './list-events.controller.js';
import { ListEventsHandler } from './list-events.handler.js';
import { NoteDeeds } from '../note-deeds/note-deeds.js';
import { LogPlacesRepository } from './log-places.repository.js';
import { ReadingNotes } from './reading-notes.js';

const log = createLogger({ service: 'test', level: 'silent' });
const callerOf = (organization: string, admin = false, project = 'default') => ({
  organization,
  project,
  key: 'ci',
  admin,
});
const ours = [0, 1, 2, 3, 4].map((index) => buildRequestEnded({ outcome: index % 2 === 0 ? 'completed' : 'failed' }));
const theirs = buildRequestEnded({ organization: 'acme' });
const ofOtherProject = buildRequestEnded({ project: 'search' });

describe('answers on the trail', () => {
  let server: TestDatabase;
  let database: Database;
  let controller: ListEventsController;
  let readings: ReadingNotes;
  let recorder: RecordEventHandler;
  const list = async (query: Omit<AuditEventList, 'caller'>, caller = callerOf('demo')) =>
    auditEventPageSchema.parse(await controller.list({ caller, continues: true, ...query }));

  beforeAll(async () => {
    server = await createTestDatabase();
    database = new Database({ ...auditSchema, url: server.url, log });
    database.start();
    await database.whenReady();
    const events = [...ours.slice(0, 4), ofOtherProject, ours[4]!, theirs];
    recorder = new RecordEventHandler(new TrailRepository(database), log);
    await recorder.record(events.flatMap((event) => decodeSentRequestsEnded(Buffer.from(encodeRequestEnded(event)))));
    readings = new ReadingNotes(new NoteDeeds(new TrailRepository(database)));
    const places = new LogPlacesRepository(database);
    const known = new KnownOrganizations(places, { current: undefined } as SnapshotWatch);
    controller = new ListEventsController(
      new ListEventsHandler(new EntriesRepository(database), readings, places, known),
    );
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  it('shows the event of a request with its place in the chain', async () => {
    const reply = await controller.readRequest({ caller: callerOf('demo'), requestId: ours[1]!.requestId });
    const { entry } = requestReadReplySchema.parse(reply);
    expect(entry).toMatchObject({ organization: 'demo', sequence: 1, type: 'request.failed', event: ours[1] });
    expect(entry?.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('shows the end of a request as such, whatever fields of a note a worker gave it', async () => {
    const event = buildRequestEnded({ organization: 'dressed' });
    const note = {
      noteId: 'note_0123456789ab',
      type: 'key.created',
      actor: { kind: 'person', id: 'per_1' },
      subject: { kind: 'key', id: 'key_1' },
      happenedAt: 1,
    };
    await recorder.record([{ event, text: JSON.stringify({ ...event, ...note }) }]);
    const { entries } = await list({ limit: 3 }, callerOf('dressed'));
    expect(entries).toMatchObject([{ type: 'request.completed', event: { requestId: event.requestId } }]);
  });

  it('shows a request of another organisation to nobody but the admin', async () => {
    const query = { requestId: theirs.requestId };
    expect(await controller.readRequest({ caller: callerOf('demo'), ...query })).toEqual({ entry: null, notes: [] });
    expect((await controller.readRequest({ caller: callerOf('demo', true), ...query })).entry).not.toBeNull();
  });

  it.each([
    ['with a role in the whole organization', { role: 'viewer', organization: 'demo' } as const, true],
    [
      'with a role in its own project only',
      { role: 'viewer', organization: 'demo', project: 'default' } as const,
      false,
    ],
    [
      'with a role in the other project while calling in its own',
      { role: 'viewer', organization: 'demo', project: 'x' } as const,
      false,
    ],
    ['with a role in another organization', { role: 'owner', organization: 'globex' } as const, false],
  ])('shows a request of another project to somebody %s: as far as the role holds', async (_who, grant, isShown) => {
    const caller = { ...callerOf('demo'), person: 'p1', grants: [grant] };
    const entryOf = async (requestId: string) => (await controller.readRequest({ caller, requestId })).entry;
    expect((await entryOf(ofOtherProject.requestId)) !== null).toBe(isShown);
    expect(await entryOf(theirs.requestId)).toBeNull();
  });

  it('turns the pages of one chain in its order', async () => {
    const first = await list({ limit: 3 });
    const second = await list({ limit: 3, after: first.entries.at(-1)!.sequence });
    expect([first.hasMore, second.hasMore]).toEqual([true, false]);
    expect([...first.entries, ...second.entries].map((entry) => 'event' in entry && entry.event.requestId)).toEqual(
      ours.map(({ requestId }) => requestId),
    );
  });

  it('leaves out what other projects did, for all but the admin', async () => {
    const { entries, hasMore } = await list({ limit: 5 });
    expect(entries.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 5]);
    expect(hasMore).toBe(false);
    const { entries: whole } = await list({ limit: 10 }, callerOf('demo', true));
    expect(whole.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5]);

    const query = { requestId: ofOtherProject.requestId };
    expect(await controller.readRequest({ caller: callerOf('demo'), ...query })).toEqual({ entry: null, notes: [] });
    const reply = await controller.readRequest({ caller: callerOf('demo', false, 'search'), ...query });
    expect(reply.entry?.sequence).toBe(4);
  });

  it('picks one type of event', async () => {
    const { entries } = await list({ limit: 10, type: 'request.failed' });
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 3]);
  });

  it('refuses another organisation’s trail to anybody but the admin', async () => {
    await expect(list({ limit: 10, organization: 'acme' })).rejects.toMatchObject({
      reply: { status: 403, code: 'organization_not_permitted' },
    });
    const { entries } = await list({ limit: 10, organization: 'acme' }, callerOf('demo', true));
    expect(entries.map((entry) => 'event' in entry && entry.event.requestId)).toEqual([theirs.requestId]);
  });

  it('finds by what is in an entry, in either order, and takes no wildcards', async () => {
    const sequences = async (query: Partial<AuditEventList>) =>
      (await list({ limit: 10, ...query }, callerOf('demo', true))).entries.map(({ sequence }) => sequence);
    expect(await sequences({ requestId: ours[2]!.requestId })).toEqual([2]);
    expect(await sequences({ project: 'search' })).toEqual([4]);
    expect(await sequences({ text: ours[3]!.requestId.toUpperCase() })).toEqual([3]);
    expect(await sequences({ text: '%_%' })).toEqual([]);
    expect(await sequences({ text: `nowhere ${ours[3]!.requestId.slice(4, 12)}` })).toEqual([]);
    expect(await sequences({ text: `failed ${ours[3]!.requestId.slice(4, 12)}` })).toEqual([3]);
    expect(await sequences({ text: 'failed "gpt-small"', order: 'desc', until: Date.now() + 60_000 })).toEqual([3, 1]);
    expect(await sequences({ text: 'failed', since: Date.now() + 60_000 })).toEqual([]);
    expect(await sequences({ key: 'ci', model: 'gpt-small', order: 'desc', limit: 2 })).toEqual([5, 4]);
    expect(await sequences({ order: 'desc', after: 4, limit: 2 })).toEqual([3, 2]);
    expect(await sequences({ since: Date.now() + 60_000 })).toEqual([]);
    expect(await sequences({ until: Date.now() + 60_000, since: 0, type: 'request.failed' })).toEqual([1, 3]);
    await expect(list({ limit: 1, project: 'search' })).rejects.toMatchObject({ reply: { status: 403 } });
  });

  it('is itself in the trail: the first reading at once, the number of those that follow later', async () => {
    const reader = callerOf('reader');
    const [first] = (await list({ limit: 10, text: 'what for', continues: false }, reader)).entries;
    expect(first).toMatchObject({
      type: 'audit-trail.read',
      note: { actor: { kind: 'key', id: 'ci' }, detail: { text: 'what for' }, project: 'default' },
    });
    for (let times = 0; times < 3; times += 1) await list({ limit: 10, continues: false }, reader);
    expect((await list({ limit: 10 }, reader)).entries).toHaveLength(1);
    await readings.close(Date.now() + 600_001);
    expect((await list({ limit: 10 }, reader)).entries.at(-1)).toMatchObject({
      note: { detail: { furtherReadings: 3 } },
    });
  });

  it('shows beside the event what is noted of the request, of its own log alone', async () => {
    const { requestId } = ours[0]!;
    const noteOf = (organization: string, noteId: string): AuditNoted => ({
      noteId,
      organization,
      project: 'default',
      type: 'answer.guarded',
      actor: { kind: 'key', id: 'ci' },
      subject: { kind: 'request', id: requestId },
      happenedAt: 1,
    });
    const noteId = RequestNote.answerGuarded(requestId);
    await recorder.recordNotes([noteOf('demo', noteId), noteOf('acme', `${noteId}0`)]);
    const { notes } = await controller.readRequest({ caller: callerOf('demo', true), requestId });
    expect(notes).toMatchObject([{ organization: 'demo', type: 'answer.guarded', note: { noteId } }]);
  });
});
