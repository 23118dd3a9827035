import { Controller } from '@nestjs/common';
import { nativeBatchListSchema, Subject, type NativeBatchList, type NativeBatchPage } from '#libs/contracts';
import { AnswerQuery, pageAfter } from '#libs/messaging';
import { NativeViewRepository } from './native-view.repository.js';

/** Shows batches at providers to operators, whosever lines they hold. */
@Controller()
export class ListNativeController {
  constructor(private readonly view: NativeViewRepository) {}

  @AnswerQuery(Subject.nativeBatchList, nativeBatchListSchema)
  async list(query: NativeBatchList): Promise<NativeBatchPage> {
    const page = await this.view.list(query);
    await pageAfter(page.data, { id: query.after }, (id) => this.view.find(id));
    return page;
  }
}
