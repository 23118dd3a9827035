import { Injectable } from '@nestjs/common';
import { moderationJudgementSchema, Subject, type Facts, type TextsModerate } from '#libs/contracts';
import type { GuardSources, Judgement } from '#libs/guards';
import { BodyClaims, carryDocument, Messaging } from '#libs/messaging';

/** For the way there and back, beside what the guard itself may take. */
const WAY_MILLISECONDS = 1_000;

/** Asks a model of moderation about the texts of durable work, through the ingress, which admits and follows requests. */
@Injectable()
export class AskModeration {
  constructor(
    private readonly messaging: Messaging,
    private readonly bodies: BodyClaims,
  ) {}

  /** Rejects where no ingress or no model answers in the guard's time. */
  async ask(
    texts: readonly string[],
    { model, categories, timeoutMilliseconds }: Parameters<GuardSources['moderation']>[1],
    facts: Facts,
  ): Promise<Judgement> {
    if (texts.length === 0) return { flagged: [] };
    const query: TextsModerate = {
      work: workOf(facts),
      model,
      ...(categories ? { categories } : {}),
      timeoutMilliseconds,
      texts: await carryDocument(this.bodies, 'guarded', texts),
    };
    const judgement = await this.messaging.ask(
      Subject.textsModerate,
      query,
      moderationJudgementSchema,
      timeoutMilliseconds + WAY_MILLISECONDS,
    );
    return {
      flagged: judgement.flagged,
      ...(judgement.askedAs === undefined ? {} : { askedAs: judgement.askedAs }),
      ...(judgement.costNanoUsd === undefined ? {} : { costNanoUsd: judgement.costNanoUsd }),
    };
  }
}

/** What of the work is sealed, with its seal. */
function workOf(facts: Facts): TextsModerate['work'] {
  const { requestId, organization, project, key, lane, endUser, shadowOf, job, hold, seal } = facts;
  return {
    requestId,
    organization,
    project,
    key,
    lane,
    ...(endUser === undefined ? {} : { endUser }),
    ...(shadowOf === undefined ? {} : { shadowOf }),
    ...(job ? { job } : {}),
    ...(hold ? { hold } : {}),
    ...(seal === undefined ? {} : { seal }),
  };
}
