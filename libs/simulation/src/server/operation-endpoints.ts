import type { SimOperation } from '../operations/operation-request.js';
import type { CallBook } from './call-book.js';
import { OperationEndpoint, type OperationEndpointSettings } from './operation-endpoint.js';
import type { PlanPlayer } from './plan-player.js';

/** Where the operations beside chat are served. */
const OPERATION_OF_PATH: Readonly<Record<string, SimOperation>> = {
  '/v1/embeddings': 'embeddings',
  '/v1/moderations': 'moderations',
  '/v1/rerank': 'rerank',
  '/v2/rerank': 'rerank',
  '/v1/images/generations': 'images',
  '/v1/images/edits': 'image-edits',
  '/v1/images/variations': 'image-variations',
  '/v1/audio/speech': 'speech',
  '/v1/audio/transcriptions': 'transcription',
  '/v1/audio/translations': 'transcription',
};

/** The endpoints of all operations beside chat, by their paths. */
export function operationEndpoints(
  settings: Omit<OperationEndpointSettings, 'operation'>,
  book: CallBook,
  player: PlanPlayer,
): Readonly<Record<string, OperationEndpoint>> {
  return Object.fromEntries(
    Object.entries(OPERATION_OF_PATH).map(([path, operation]) => [
      path,
      new OperationEndpoint({ ...settings, operation }, book, player),
    ]),
  );
}
