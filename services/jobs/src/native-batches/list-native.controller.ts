import { Controller } from '@nestjs/common';
import { nativeBatchListSchema, Subject, type NativeBatchList, type NativeBatchPage } from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';
import { NativeViewRepository } from './native-view.repository.js';

/** Shows batches at providers to operators, whosever lines they hold. */
@Controller()
export class ListNativeController {
  constructor(private readonly view: NativeViewRepository) {}

  @AnswerQuery(Subject.nativeBatchList, nativeBatchListSchema)
  list(query: NativeBatchList): Promise<NativeBatchPage> {
    return this.view.list(query);
  }
}
