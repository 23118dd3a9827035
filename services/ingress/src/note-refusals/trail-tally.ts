import { randomBytes } from 'node:crypto';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { actorOf, INSTALLATION_TRAIL, Subject, type AuditNoted, type Caller } from '#libs/contracts';
import type { CallerError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { Logger } from '#libs/telemetry';

const TELL_REFUSALS_EVERY_MILLISECONDS = 15_000;
const TELLINGS_PER_USE = 40;
const MOST_TALLIES = 10_000;
const STORE_WITHIN_MILLISECONDS = 5_000;
const ID_BYTES = 12;
const SERVER_FAULT = 500;
/** What is counted together once there are too many to be told apart, so that a flood hides nobody's refusals altogether. */
const OTHERS = 'others';
/** How addresses begin that concern whole organizations. */
const OPERATORS = '/admin/';

interface Tally {
  readonly note: Omit<AuditNoted, 'noteId' | 'happenedAt' | 'detail'>;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly since: number;
  count: number;
}

/** Where a request that was refused wanted to go, and from which address. */
export interface RefusedRequest {
  readonly method: string;
  readonly url: string;
  readonly ip: string;
}

/**
 * Counts, for the trail, what is too frequent for an entry each: refusals by caller and reason, told every quarter of a minute,
 * and uses of keys, told every ten minutes. What is counted costs a look into a map; the telling is off the way of requests. A
 * process that is killed loses what it has not told.
 */
@Injectable()
export class TrailTally implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private refusals = new Map<string, Tally>();
  private uses = new Map<Caller, Tally>();
  private untold: AuditNoted[] = [];
  private timer: NodeJS.Timeout | undefined;
  private tellings = 0;
  private telling: Promise<void> = Promise.resolve();

  constructor(
    private readonly messaging: Messaging,
    private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.tellings += 1;
      const isTimeForUses = this.tellings % TELLINGS_PER_USE === 0;
      this.telling = this.telling.then(() => this.tell(isTimeForUses));
    }, TELL_REFUSALS_EVERY_MILLISECONDS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.telling;
    await this.tell(true);
  }

  /** A key or a session was let through. */
  used(caller: Caller): void {
    const known = this.uses.get(caller);
    if (known) known.count += 1;
    else if (this.uses.size < MOST_TALLIES) this.uses.set(caller, tallyOf(useOf(caller), {}));
  }

  /** A request was refused, whoever it came from; faults of ours are no refusals. */
  refused(
    caller: Caller | undefined,
    { status, code }: Pick<CallerError, 'status' | 'code'>,
    request: RefusedRequest,
  ): void {
    if (status >= SERVER_FAULT) return;
    const isOperators = caller?.admin === true && request.url.startsWith(OPERATORS);
    const who = caller ? `${caller.organization}/${caller.project}/${caller.key}/${caller.person ?? ''}` : request.ip;
    const name = `${who} ${status} ${code}${isOperators ? ` ${INSTALLATION_TRAIL}` : ''}`;
    const known = this.refusals.get(name);
    if (known) known.count += 1;
    else if (this.refusals.size < MOST_TALLIES)
      this.refusals.set(name, tallyOf(refusalOf(caller, code, isOperators), firstOf(request, status)));
    else this.refusedBesides();
  }

  /** Puts the counts into the stream NOTES; what it does not take is told the next time, as the same note. */
  async tell(isTimeForUses: boolean): Promise<void> {
    if (!this.messaging.isConnected) return;
    // Where as many wait already, counting goes on.
    if (this.untold.length >= MOST_TALLIES) return this.tellAgain();
    const told = [...this.refusals.values(), ...(isTimeForUses ? this.uses.values() : [])];
    this.refusals = new Map();
    if (isTimeForUses) this.uses = new Map();
    this.untold.push(...told.map(noteOf));
    await this.tellAgain();
  }

  private async tellAgain(): Promise<void> {
    const waiting = this.untold;
    try {
      for (let next = waiting[0]; next; next = waiting[0]) {
        await this.store(next);
        waiting.shift();
      }
    } catch (error) {
      this.log.warn({ error, notes: waiting.length }, 'counts for the trail were not taken; they are told later');
    }
  }

  private refusedBesides(): void {
    const known = this.refusals.get(OTHERS);
    if (known) known.count += 1;
    else this.refusals.set(OTHERS, tallyOf(refusalOf(undefined, OTHERS), {}));
  }

  private async store(note: AuditNoted): Promise<void> {
    const headers = { 'Nats-Msg-Id': note.noteId };
    const subject = Subject.auditNoted(note.organization);
    await this.messaging.store(subject, JSON.stringify(note), { headers }, STORE_WITHIN_MILLISECONDS);
  }
}

function noteOf({ note, detail, since, count }: Tally): AuditNoted {
  return {
    ...note,
    noteId: `note_${randomBytes(ID_BYTES).toString('hex')}`,
    detail: { ...detail, count, since },
    happenedAt: Date.now(),
  };
}

function tallyOf(note: Tally['note'], detail: Tally['detail']): Tally {
  return { note, detail, since: Date.now(), count: 1 };
}

function useOf(caller: Caller): Tally['note'] {
  const { organization, project, key } = caller;
  const subject = { kind: 'key', id: key };
  return { organization, project, type: 'key.used', actor: actorOf(caller), subject };
}

/**
 * Of nobody that is known it stands in the trail of the installation, and so does what operators are refused with the admin key: its
 * address may name any organization, and the key's own trail is read by the callers of that one.
 */
function refusalOf(caller: Caller | undefined, code: string, isOperators = false): Tally['note'] {
  const type = 'request.refused';
  const subject = { kind: 'refusal', id: code };
  if (!caller) return { organization: INSTALLATION_TRAIL, type, actor: { kind: 'system', id: 'unknown' }, subject };
  if (isOperators) return { organization: INSTALLATION_TRAIL, type, actor: actorOf(caller), subject };
  const { organization, project } = caller;
  return { organization, project, type, actor: actorOf(caller), subject };
}

/** The first of those that are counted together; an address without its query, which may hold anything. */
function firstOf({ method, url, ip }: RefusedRequest, status: number): Tally['detail'] {
  return { status, method, path: url.split('?', 1)[0]?.slice(0, 200), address: ip };
}
