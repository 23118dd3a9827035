import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Facts, GuardVerdict, ModelEntry, Snapshot } from '#libs/contracts';
import { dialectNamed, formTexts, withFormTexts } from '#libs/dialects';
import {
  GuardRefused,
  guardRequest,
  guardsOn,
  GuardTable,
  guardTexts,
  HttpSources,
  Placeholders,
  type CompiledGuard,
  type GuardSources,
} from '#libs/guards';
import { SnapshotWatch } from '#libs/messaging';
import { modelsNamedBy, privacyOf, privacyTable, type PrivacyTable } from '#libs/routing';
import { Settings } from '#libs/runtime';
import type { AssignedCall } from '../call-model/assigned-call.js';
import { AskModeration } from './ask-moderation.js';
import { JobGuard } from './job-guard.js';

const CATCH_UP_MILLISECONDS = 2_000;
const FACTS_OF_BODY = ['spans', 'bodyBytes', 'ownMembers'] as const;

/**
 * Lets the work of the durable lane go through its guards in the process that calls the provider, right before and right after the
 * call, so that what is hidden is known to this process's memory alone.
 */
@Injectable()
export class JobGuards implements OnApplicationShutdown {
  private table = new GuardTable({});
  private privacy: PrivacyTable | undefined;
  private models: ReadonlyMap<string, ModelEntry> = new Map();
  private readonly http: HttpSources;

  constructor(
    private readonly watch: SnapshotWatch,
    settings: Settings,
    private readonly moderation: AskModeration,
  ) {
    this.http = new HttpSources(settings.guardAllow, settings.secretKey);
    watch.onChange((snapshot) => this.follow(snapshot));
  }

  /** The call as its guards let it go on; the same one where none applies. @throws GuardRefused */
  async guarded(call: AssignedCall): Promise<AssignedCall> {
    const { facts, slip } = call;
    if (facts.lane !== 'durable') return call;
    // Guards are at least those that were in force when the route was chosen.
    const { snapshotRevision } = slip.decision;
    if ((this.watch.current?.revision ?? 0) < snapshotRevision) {
      await this.watch.reached(snapshotRevision, CATCH_UP_MILLISECONDS);
    }
    const all = this.table.of(facts, modelsNamedBy(facts, this.models), facts.keyPolicy?.guards);
    if (all.length === 0) return call;
    const sources = this.sourcesFor(facts);
    const { body, verdicts, left, placeholders } = await guardBody(call, guardsOn('request', all), sources);
    this.refuseWhereRouteIsTooWide(facts, left, verdicts);
    const onAnswer = guardsOn('answer', all);
    return {
      ...call,
      body,
      facts: { ...factsOf(facts, body, call.body), guardVerdicts: [...verdicts] },
      guard: new JobGuard(onAnswer, placeholders, sources),
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }

  /** The route was chosen before anybody had looked: data that policy lets go to some targets only goes to none. */
  private refuseWhereRouteIsTooWide(facts: Facts, left: readonly string[], verdicts: readonly GuardVerdict[]): void {
    const asked = left.filter((name) => {
      const dataFound = [name] as Facts['dataFound'];
      return (
        privacyOf({ ...facts, dataFound }, this.privacy).names.length >
        privacyOf({ ...facts, dataFound: [] }, this.privacy).names.length
      );
    });
    if (asked.length === 0) return;
    throw new GuardRefused('guard_blocked', {
      guard: 'privacy',
      kind: 'privacy',
      on: 'request',
      classes: asked,
      verdicts,
    });
  }

  private sourcesFor(facts: Facts): GuardSources {
    const { requestId, organization, project } = facts;
    const asked = { requestId, organization, project };
    return {
      presidio: (text, guard) => this.http.presidio(text, guard),
      moderation: (texts, guard) => this.moderation.ask(texts, guard, facts),
      webhook: (texts, guard, side) => this.http.webhook(texts, guard, { ...asked, side }),
    };
  }

  private follow(snapshot: Snapshot): void {
    this.table = new GuardTable(snapshot);
    this.privacy = privacyTable(snapshot);
    this.models = new Map(snapshot.models.map((model) => [model.name, model]));
  }
}

async function guardBody({ facts, body }: AssignedCall, guards: readonly CompiledGuard[], sources: GuardSources) {
  const form = facts.contentType === undefined ? undefined : formTexts(body, facts.contentType);
  if (!form) {
    const text = Buffer.from(body).toString('utf8');
    const guarded = await guardRequest(text, guards, sources);
    return { ...guarded, body: guarded.body === text ? body : Buffer.from(guarded.body) };
  }
  const texts = form.map(({ text }) => text);
  const placeholders = new Placeholders(texts.join('\n'));
  const guarded = await guardTexts(texts, guards, { side: 'request', sources, placeholders });
  const isChanged = guarded.texts.some((text, index) => text !== texts[index]);
  return { ...guarded, placeholders, body: isChanged ? withFormTexts(body, form, guarded.texts) : body };
}

/** Places in the body are others once it is edited; all else was decided on the request as it came. */
function factsOf(facts: Facts, body: Uint8Array, before: Uint8Array): Facts {
  if (body === before) return facts;
  const read = dialectNamed(facts.dialect).readFacts(body, facts.contentType);
  return {
    ...facts,
    ...Object.fromEntries(FACTS_OF_BODY.flatMap((name) => (read[name] === undefined ? [] : [[name, read[name]]]))),
  };
}
