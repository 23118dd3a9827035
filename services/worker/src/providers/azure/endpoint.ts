import type { AzureOptions } from './config.js';

const UNDATED = 'v1';

const RESPONSES = 'openai-responses';

/** The first dated version with the Responses API. Dates compare as texts; a preview comes before what it previews. */
const FIRST_WITH_RESPONSES = '2025-03-01-preview';

/** Paths of the dialects that Azure speaks itself, below the address of a deployment or of the undated API. */
const PATHS: Readonly<Record<string, string>> = {
  'openai-chat': '/chat/completions',
  'openai-completions': '/completions',
  'openai-embeddings': '/embeddings',
  'openai-images': '/images/generations',
  'openai-image-edits': '/images/edits',
  'openai-speech': '/audio/speech',
  'openai-transcription': '/audio/transcriptions',
  'openai-audio-translation': '/audio/translations',
};

/**
 * Where Azure OpenAI answers. The undated API names the deployment in the body, as OpenAI names the model; a dated version
 * names it in the path.
 */
export class AzureEndpoint {
  readonly origin: string;
  /** The query of every address; empty for the undated API. */
  readonly query: Readonly<Record<string, string>>;
  private readonly root: string;

  constructor(private readonly options: AzureOptions) {
    const { origin, pathname } = new URL(options.baseUrl);
    const version = options.apiVersion ?? UNDATED;
    this.origin = origin;
    // Azure's portal shows addresses with more or less of this behind the host.
    this.root = pathname.replace(/\/+$/, '').replace(/\/openai(\/v1)?$/, '');
    this.query = version === UNDATED ? {} : { 'api-version': version };
  }

  /** The deployment that serves a model. */
  deploymentOf(model: string): string {
    const { deployments = {} } = this.options;
    return Object.hasOwn(deployments, model) ? (deployments[model] ?? model) : model;
  }

  /** Path and query for a dialect; undefined for one that Azure does not speak. */
  pathOf(dialect: string, deployment: string): string | undefined {
    const query = new URLSearchParams(this.query).toString();
    const withQuery = (path: string): string => `${path}${query && `?${query}`}`;
    if (dialect === RESPONSES) return this.hasResponses ? withQuery(`${this.undatedRoot}/responses`) : undefined;
    if (!Object.hasOwn(PATHS, dialect)) return undefined;
    return withQuery(`${this.pathTo(deployment)}${PATHS[dialect]}`);
  }

  /** The address below which a deployment answers, without the query. */
  baseOf(deployment: string): string {
    return `${this.origin}${this.pathTo(deployment)}`;
  }

  /** Below it stands the batch API; undefined for a dated version, whose bodies do not name their deployment. */
  get batchRoot(): string | undefined {
    return this.isDated ? undefined : this.undatedRoot;
  }

  private get isDated(): boolean {
    return 'api-version' in this.query;
  }

  private get hasResponses(): boolean {
    const version = this.query['api-version'];
    return version === undefined || version >= FIRST_WITH_RESPONSES;
  }

  /** What names its deployment in the body. */
  private get undatedRoot(): string {
    return this.isDated ? `${this.root}/openai` : `${this.root}/openai/v1`;
  }

  private pathTo(deployment: string): string {
    return this.isDated ? `${this.root}/openai/deployments/${encodeURIComponent(deployment)}` : this.undatedRoot;
  }
}
