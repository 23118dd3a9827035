import type { RerankingModelV4, RerankingModelV4CallOptions } from '@ai-sdk/provider';
import { readJsonRequest } from '../json-operation/read-json-request.js';
import { rerankRequestSchema, type RerankRequest } from '../rerank/request-schema.js';
import { lostFields, refuseLosses, sentenceOf } from './losses.js';
import type { OperationAnswer, OperationCall } from './operation-call.js';

const CARRIED = ['model', 'query', 'documents', 'top_n', 'return_documents', 'stream'];

/** Serves a rerank request by a model in the AI SDK's terms. */
export async function translateRerank(model: RerankingModelV4, call: OperationCall): Promise<OperationAnswer> {
  const { request } = readJsonRequest(call.body, rerankRequestSchema);
  const [topN, perDocument] = [request.top_n ?? undefined, request.max_tokens_per_doc ?? undefined];
  const carriesPerDocument = model.provider.startsWith('cohere');
  const lost = lostFields(request, carriesPerDocument ? [...CARRIED, 'max_tokens_per_doc'] : CARRIED);
  refuseLosses(lost, call.unsupported);
  const {
    ranking,
    warnings = [],
    response,
  } = await model.doRerank({
    query: request.query,
    documents: documentsOf(request.documents),
    ...(topN === undefined ? {} : { topN }),
    ...(perDocument === undefined ? {} : { providerOptions: { cohere: { maxTokensPerDoc: perDocument } } }),
    abortSignal: call.signal,
  });
  const own = warnings.map(sentenceOf);
  refuseLosses(own, call.unsupported);
  const json = {
    id: response?.id ?? call.requestId,
    results: ranking.map(({ index, relevanceScore }) => ({
      index,
      relevance_score: relevanceScore,
      ...(request.return_documents === true ? { document: shown(request.documents[index]) } : {}),
    })),
    meta: metaOf(response?.body),
  };
  return { json, warnings: [...lost, ...own] };
}

/** Objects go as such if all documents are; texts among them become objects with a `text`, as Cohere reads them. */
function documentsOf(documents: RerankRequest['documents']): RerankingModelV4CallOptions['documents'] {
  const texts = documents.filter((document) => typeof document === 'string');
  if (texts.length === documents.length) return { type: 'text', values: texts };
  const values = documents.map((document) => (typeof document === 'string' ? { text: document } : document));
  return { type: 'object', values };
}

function shown(document: RerankRequest['documents'][number] | undefined): object | undefined {
  return typeof document === 'string' ? { text: document } : document;
}

/** What the provider says of the call itself, with what it bills for, where its own form is this one. */
function metaOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('meta' in body)) return {};
  return body.meta ?? {};
}
