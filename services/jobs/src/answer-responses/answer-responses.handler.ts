import { Injectable } from '@nestjs/common';
import type {
  Caller,
  CarriedDocument,
  ResponseContext,
  ResponseContextRead,
  ResponseInputList,
  ResponseRead,
  StoredResponse,
} from '#libs/contracts';
import { BodyClaims, carryDocument, QueryRefused, unknownCursor } from '#libs/messaging';
import { KeepBackgroundHandler } from '../keep-background/keep-background.handler.js';
import { ResponseRepository } from '../store-response/response.repository.js';
import { unknownResponse } from '../store-response/unknown-response.js';
import { inputPage } from './input-page.policy.js';

/** Answers what is kept of responses, to those whose they are. Answers may be large, and go by claim check then. */
@Injectable()
export class AnswerResponsesHandler {
  constructor(
    private readonly responses: ResponseRepository,
    private readonly background: KeepBackgroundHandler,
    private readonly bodies: BodyClaims,
  ) {}

  async read({ caller, id }: ResponseRead): Promise<CarriedDocument> {
    return this.carry((await this.find(caller, id)).response);
  }

  async isKnown(caller: Caller, id: string): Promise<boolean> {
    return (await this.responses.find(caller, id)) !== undefined;
  }

  async listInput({ caller, id, ...wanted }: ResponseInputList): Promise<CarriedDocument> {
    const page = inputPage(await this.find(caller, id), wanted);
    if (!page) throw unknownCursor('after', wanted.after ?? '');
    return this.carry(page);
  }

  /** What a request continues and refers to. A previous response that is not there is the fault of that request. */
  async readContext({ caller, previousResponseId, referredIds }: ResponseContextRead): Promise<CarriedDocument> {
    const previous =
      previousResponseId === undefined ? undefined : await this.responses.find(caller, previousResponseId);
    if (previousResponseId !== undefined && !previous) {
      await this.background.requireEnded(caller, previousResponseId);
      throw unknownPrevious(previousResponseId);
    }
    const context: ResponseContext = {
      earlier: previous ? [...previous.input, ...previous.response.output] : [],
      referred: await this.referred(caller, referredIds),
    };
    return this.carry(context);
  }

  private async referred(caller: Caller, ids: readonly string[]): Promise<ResponseContext['referred']> {
    if (ids.length === 0) return {};
    const wanted = new Set(ids);
    const items = (await this.responses.findByItems(caller, ids)).flatMap(({ output }) => output);
    return Object.fromEntries(items.flatMap((item) => (wanted.has(String(item.id)) ? [[String(item.id), item]] : [])));
  }

  private async find(caller: Caller, id: string): Promise<StoredResponse> {
    const stored = (await this.responses.find(caller, id)) ?? (await this.background.find(caller, id));
    if (!stored) throw unknownResponse(id);
    return stored;
  }

  private carry(document: unknown): Promise<CarriedDocument> {
    return carryDocument(this.bodies, 'response', document);
  }
}

function unknownPrevious(id: string): QueryRefused {
  return new QueryRefused({
    status: 400,
    code: 'previous_response_not_found',
    message: `Previous response with id '${id.slice(0, 100)}' not found.`,
    param: 'previous_response_id',
  });
}
