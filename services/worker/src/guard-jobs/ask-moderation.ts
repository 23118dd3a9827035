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
    { organization, project, key }: Pick<Facts, 'organization' | 'project' | 'key'>,
  ): Promise<Judgement> {
    if (texts.length === 0) return { flagged: [] };
    const query: TextsModerate = {
      organization,
      project,
      key,
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
