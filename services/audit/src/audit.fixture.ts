import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decodeSentRequestsEnded,
  encodeRequestEnded,
  type Caller,
  type RequestEnded,
  type Snapshot,
} from '#libs/contracts';
import { openKeyProvider } from '#libs/key-provider';
import type { SnapshotWatch } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { Database } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { auditSchema } from './audit.schema.js';
import { EraseSubjectsHandler } from './erase-subjects/erase-subjects.handler.js';
import { DataKeys } from './keep-payloads/data-keys.js';
import { ExpirePayloadsHandler } from './keep-payloads/expire-payloads.handler.js';
import { KeepPayloadsHandler } from './keep-payloads/keep-payloads.handler.js';
import { PayloadsRepository } from './keep-payloads/payloads.repository.js';
import { ListCheckpointsHandler } from './list-checkpoints/list-checkpoints.handler.js';
import { EntriesRepository } from './list-events/entries.repository.js';
import { KnownOrganizations } from './list-events/known-organizations.js';
import { ListEventsController } from './list-events/list-events.controller.js';
import { ListEventsHandler } from './list-events/list-events.handler.js';
import { LogPlacesRepository } from './list-events/log-places.repository.js';
import { ReadingNotes } from './list-events/reading-notes.js';
import { NoteDeeds } from './note-deeds/note-deeds.js';
import { LogHashes } from './prove-entries/log-hashes.js';
import { ProvableEntriesRepository } from './prove-entries/provable-entries.repository.js';
import { ProveEntriesHandler } from './prove-entries/prove-entries.handler.js';
import { LogRepository } from './read-log/log.repository.js';
import { ReadLogHandler } from './read-log/read-log.handler.js';
import { TilesRepository } from './read-log/tiles.repository.js';
import { ReadPayloadsHandler } from './read-payloads/read-payloads.handler.js';
import { RecordEventHandler } from './record-event/record-event.handler.js';
import { TrailRepository } from './record-event/trail.repository.js';
import { ReportEntriesRepository } from './report-trail/report-entries.repository.js';
import { ReportTrailHandler } from './report-trail/report-trail.handler.js';
import { CheckpointsRepository } from './sign-checkpoints/checkpoints.repository.js';
import { SignCheckpointsHandler } from './sign-checkpoints/sign-checkpoints.handler.js';
import { SigningKeys } from './sign-checkpoints/signing-keys.js';
import { SigningKeysRepository } from './sign-checkpoints/signing-keys.repository.js';

export const silentLog = createLogger({ service: 'test', level: 'silent' });

/** What a process of audit is told in tests. */
export const testSettings = Settings.read({
  NATS_URL: 'nats://127.0.0.1:4222',
  SWITCHYARD_SECRET_KEY: randomBytes(32).toString('base64'),
  SWITCHYARD_AUDIT_ORIGIN: 'test.example.org',
});

export const callerOf = (organization: string, changes: Partial<Caller> = {}): Caller => ({
  organization,
  project: 'default',
  key: 'ci',
  admin: false,
  ...changes,
});

/** The parts of audit around one real database, for tests. */
export class AuditParts {
  readonly trail = new TrailRepository(this.database);
  readonly recorder = new RecordEventHandler(this.trail, silentLog);
  readonly entries = new EntriesRepository(this.database);
  readonly deeds = new NoteDeeds(this.trail);
  readonly readings = new ReadingNotes(this.deeds);
  readonly places = new LogPlacesRepository(this.database);
  /** Organisations that are known although they have no log. */
  readonly configured: { current: Pick<Snapshot, 'organizations'> | undefined } = { current: {} };
  readonly known = new KnownOrganizations(this.places, this.configured as SnapshotWatch);
  readonly events = new ListEventsController(
    new ListEventsHandler(this.entries, this.readings, this.places, this.known),
  );
  readonly checkpoints = new CheckpointsRepository(this.database);
  readonly keys = new SigningKeys(new SigningKeysRepository(this.database), testSettings);
  readonly signer = new SignCheckpointsHandler(this.checkpoints, this.keys);
  readonly tiles = new TilesRepository(this.database);
  readonly log = new LogRepository(this.database);
  readonly reader = new ReadLogHandler(
    this.log,
    this.tiles,
    this.checkpoints,
    this.signer,
    this.keys,
    this.deeds,
    this.known,
  );
  readonly prover = new ProveEntriesHandler(
    new ProvableEntriesRepository(this.database),
    new LogHashes(this.tiles),
    this.tiles,
    this.signer,
    this.readings,
    this.known,
  );
  readonly payloads = new PayloadsRepository(this.database);
  readonly keyFolder = mkdtempSync(join(tmpdir(), 'switchyard-keys-'));
  readonly keyProvider = openKeyProvider({ kind: 'file', path: join(this.keyFolder, 'payload.key') });
  readonly dataKeys = new DataKeys(this.payloads, this.keyProvider);
  readonly payloadKeeper = new KeepPayloadsHandler(this.trail, this.payloads, this.dataKeys, testSettings);
  readonly payloadReader = new ReadPayloadsHandler(this.payloads, this.dataKeys, this.deeds, this.known);
  readonly eraser = new EraseSubjectsHandler(
    this.trail,
    this.payloads,
    this.dataKeys,
    this.known,
    testSettings,
    silentLog,
  );
  /** Puts a configuration in force for those who follow it. */
  follow: (snapshot: Pick<Snapshot, 'organizations' | 'plans'>) => void = () => undefined;
  readonly expirer = new ExpirePayloadsHandler(this.trail, this.payloads, {
    onChange: (listener: typeof this.follow) => (this.follow = listener),
  } as unknown as SnapshotWatch);
  readonly reporter = new ReportTrailHandler(new ReportEntriesRepository(this.database), this.deeds, this.known);
  readonly lister = new ListCheckpointsHandler(this.checkpoints, this.keys, this.deeds, this.known);

  private constructor(
    readonly server: TestDatabase,
    readonly database: Database,
  ) {}

  static async open(): Promise<AuditParts> {
    const server = await createTestDatabase();
    const database = new Database({ ...auditSchema, url: server.url, log: silentLog });
    database.start();
    await database.whenReady();
    return new AuditParts(server, database);
  }

  async record(events: readonly RequestEnded[]): Promise<void> {
    await this.recorder.record(
      events.flatMap((event) => decodeSentRequestsEnded(Buffer.from(encodeRequestEnded(event)))),
    );
  }

  /** Lines of an export as `switchyard audit export` writes them. */
  async export(caller: Caller, filter: object = {}, organization = caller.organization): Promise<string[]> {
    const { size, origin } = await this.reader.begin({ caller, organization, format: 'ndjson', filter });
    const head = { object: 'audit.export', version: 1, organization, origin, size, filter };
    const lines = [JSON.stringify(head)];
    let start: number | null = size > 0 ? 0 : null;
    while (start !== null) {
      const page = await this.reader.read({ caller, organization, start, size, filter });
      lines.push(...page.lines);
      start = page.next;
    }
    return lines;
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.server.drop();
    rmSync(this.keyFolder, { recursive: true });
  }
}
