import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import { DialectError } from '#libs/dialects';
import { SnapshotWatch } from '#libs/messaging';
import { CallerKeyGuard } from '../authenticate/caller-key.guard.js';

/** A model in OpenAI's form. */
interface ModelObject {
  id: string;
  object: 'model';
  created: number;
  owned_by: string;
}

/** `GET /v1/models` and `GET /v1/models/{id}`: the models that callers may name. */
@Controller('v1/models')
@UseGuards(CallerKeyGuard)
export class ModelsController {
  constructor(private readonly watch: SnapshotWatch) {}

  @Get()
  list(): { object: 'list'; data: ModelObject[] } {
    return { object: 'list', data: this.models() };
  }

  @Get('*')
  retrieve(@Param('*') id: string): ModelObject {
    const model = this.models().find((candidate) => candidate.id === id);
    if (!model) throw new DialectError(404, 'model_not_found', `The model '${id}' does not exist here.`, 'model');
    return model;
  }

  private models(): ModelObject[] {
    const snapshot = this.watch.current;
    if (!snapshot) return [];
    const created = Math.floor(snapshot.createdAt / 1_000);
    return snapshot.models.map(({ name }) => ({ id: name, object: 'model', created, owned_by: 'switchyard' }));
  }
}
