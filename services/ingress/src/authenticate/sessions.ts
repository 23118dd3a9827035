import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { INSTALLATION_TRAIL, sessionStateSchema, Subject, type Caller, type SessionState } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging, SnapshotWatch } from '#libs/messaging';
import { Tiers } from '#libs/permission';
import { Settings } from '#libs/runtime';
import { SignInSecrets } from '#libs/secrets';
import { readCookie } from '../sign-in/cookies.js';
import { comesFrom, ownOriginOf } from '../sign-in/own-origin.policy.js';

/** How long an answer of control is taken for true: a session that ended is refused within so much. */
const KNOWN_MILLISECONDS = 2_000;
const MOST_KNOWN = 10_000;
const MOST_PLACES = 100;
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A session that a request came with: `hash` is what control knows it by, `token` what the browser keeps. */
export interface Session {
  readonly token: string;
  readonly hash: string;
  readonly state: SessionState;
}

interface Known {
  readonly state: Promise<SessionState>;
  readonly until: number;
  /** One caller for each place, so that what it may do is worked out once. */
  readonly callers: Map<string, Caller>;
}

type Found = { readonly session: Session; readonly caller: Caller } | { readonly error: unknown };

/**
 * The sessions that browsers come with, in the cookie. Requests with a key never get here, so that calls of models by
 * applications do not wait for anybody. What is wrong with a session is told by `callerOf`, where somebody needs one.
 */
@Injectable()
export class Sessions {
  private readonly secrets: SignInSecrets;
  private readonly tiers = new Tiers();
  private readonly known = new Map<string, Known>();
  private readonly found = new WeakMap<FastifyRequest['raw'], Found>();

  constructor(
    private readonly messaging: Messaging,
    private readonly watch: SnapshotWatch,
    private readonly settings: Settings,
  ) {
    this.secrets = new SignInSecrets(settings.secretKey);
    watch.onChange((snapshot) => this.tiers.follow(snapshot));
  }

  /** Whether a request may have a session that has to be looked at. */
  isPresented({ headers }: FastifyRequest): boolean {
    return headers.cookie !== undefined && headers.authorization === undefined && headers['x-api-key'] === undefined;
  }

  /** Looks at the session of a request, once. Never throws. */
  async resolve(request: FastifyRequest): Promise<void> {
    const token = readCookie(request, 'session', this.isSecure);
    const hash = token === undefined ? undefined : this.secrets.hash('session', token);
    if (token === undefined || hash === undefined) return;
    try {
      const known = this.look(hash);
      const session = { token, hash, state: await known.state };
      this.requireOwnPage(request, token);
      this.found.set(request.raw, { session, caller: this.callerIn(known, session.state, request) });
    } catch (error) {
      this.found.set(request.raw, { error });
    }
  }

  /** Who is signed in; undefined where the request has no session. @throws what is wrong with the one it has */
  callerOf(request: FastifyRequest): Caller | undefined {
    const found = this.found.get(request.raw);
    if (found && 'error' in found) throw found.error;
    return found?.caller;
  }

  /** The session of a request; undefined where it has none, or one that is not good. */
  of(request: FastifyRequest): Session | undefined {
    const found = this.found.get(request.raw);
    return found && 'session' in found ? found.session : undefined;
  }

  csrfTokenOf(token: string): string {
    return this.secrets.csrfTokenOf(token);
  }

  isCsrfToken(given: string, token: string): boolean {
    return this.secrets.isCsrfToken(given, token);
  }

  hashOf(purpose: 'session' | 'oidc-flow', token: string): string | undefined {
    return this.secrets.hash(purpose, token);
  }

  /** A session that this process has just ended. */
  forget(hash: string): void {
    this.known.delete(hash);
  }

  /** Whether browsers come by TLS. */
  get isSecure(): boolean {
    return this.settings.publicUrl?.startsWith('https:') ?? false;
  }

  private look(hash: string): Known {
    const now = Date.now();
    const before = this.known.get(hash);
    if (before && before.until > now) return before;
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    const state = this.messaging.ask(Subject.sessionCheck, { hash }, sessionStateSchema);
    const known = { state, until: now + KNOWN_MILLISECONDS, callers: new Map<string, Caller>() };
    this.known.set(hash, known);
    // An answer that did not come is asked for again; that a session has ended stays known for the while.
    state.catch((error: unknown) => {
      if (!(error instanceof Error && error.name === 'QueryRefused') && this.known.get(hash) === known)
        this.known.delete(hash);
    });
    return known;
  }

  /** Browsers send the cookie along whoever asks them to: a change needs a page of ours and the token that only it can read. */
  private requireOwnPage({ method, headers }: FastifyRequest, token: string): void {
    if (SAFE.has(method)) return;
    const own = ownOriginOf(headers, this.settings.publicUrl);
    const given = headers['x-csrf-token'];
    if (own === undefined || comesFrom(headers, own) !== 'us')
      throw new DialectError(
        403,
        'cross_origin_request',
        'With a session, changes are made from pages of this origin only; programs use an API key.',
      );
    if (typeof given !== 'string' || !this.isCsrfToken(given, token))
      throw new DialectError(
        403,
        'csrf_token_required',
        'Send the csrfToken of GET /auth/session in the header X-CSRF-Token.',
      );
  }

  private callerIn(known: Known, { person, grants }: SessionState, { headers }: FastifyRequest): Caller {
    const wanted = headers['x-switchyard-project'];
    const name = typeof wanted === 'string' ? wanted : '';
    const before = known.callers.get(name);
    if (before) return before;
    const place = name === '' ? this.firstPlace(grants) : this.chosenPlace(name, grants);
    const tier = this.tiers.of(place);
    const caller: Caller = {
      ...place,
      key: person.id,
      admin: false,
      ...(tier === undefined ? {} : { tier }),
      person: person.id,
      grants,
    };
    if (known.callers.size < MOST_PLACES) known.callers.set(name, caller);
    return caller;
  }

  /** The project of the first role, or the first project of its organisation. */
  private firstPlace([first]: SessionState['grants']): Pick<Caller, 'organization' | 'project'> {
    if (!first) return { organization: INSTALLATION_TRAIL, project: INSTALLATION_TRAIL };
    const { organization } = first;
    const known = this.watch.current?.organizations?.find(({ name }) => name === organization);
    return { organization, project: first.project ?? known?.projects[0]?.name ?? 'default' };
  }

  /**
   * The place named in the header, where the person has a role and which there is: what is nowhere has no plan, whatever its
   * organisation's is. @throws DialectError 403, the same for what is not there
   */
  private chosenPlace(name: string, grants: SessionState['grants']): Pick<Caller, 'organization' | 'project'> {
    const [organization = '', project = '', ...rest] = name.split('/');
    const isTheirs = grants.some(
      (grant) => grant.organization === organization && (grant.project === undefined || grant.project === project),
    );
    const projects = this.watch.current?.organizations?.find((one) => one.name === organization)?.projects ?? [];
    if (!isTheirs || rest.length > 0 || !projects.some((one) => one.name === project))
      throw new DialectError(
        403,
        'no_role_in_project',
        'X-Switchyard-Project must be ORGANIZATION/PROJECT, a project in which you have a role.',
        'x-switchyard-project',
      );
    return { organization, project };
  }
}
