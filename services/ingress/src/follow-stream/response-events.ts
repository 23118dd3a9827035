import { dataOfEvent, keptResponse, type FinishedResponse } from '#libs/dialects';

type WireEvent = Readonly<Record<string, unknown>> & { readonly type: string };

/** What the last events of a response are by their types. */
const FINAL: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete', 'response.failed']);
/** Told by us before anybody was called. */
const BEGINNING: ReadonlySet<string> = new Set(['response.created', 'response.queued']);

/**
 * The events of a response in the background, numbered as OpenAI numbers them: of the provider's own those between the beginning and
 * the end, with our id in them. The end is told from the response as it is kept.
 */
export class ResponseEvents {
  constructor(
    private readonly shown: FinishedResponse,
    private next: number,
    private readonly after: number,
  ) {}

  /** The two events of a response that waits for its turn. */
  opening(): string {
    const response = {
      ...this.shown,
      status: 'queued',
      output: [],
      usage: null,
      error: null,
      incomplete_details: null,
    };
    return this.told('response.created', { response }) + this.told('response.queued', { response });
  }

  /** An event of the provider as it is to be told; nothing for one that we tell ourselves. */
  relayed(event: string): string {
    const data = dataOfEvent(event);
    if (data === undefined || data === '[DONE]') return '';
    const { type, sequence_number: _theirs, response, ...fields } = JSON.parse(data) as WireEvent;
    if (FINAL.has(type) || BEGINNING.has(type) || type === 'error') return '';
    const { id, previous_response_id: previous } = this.shown;
    const previousResponseId = typeof previous === 'string' ? previous : null;
    const ours = response && keptResponse(response, { id, previousResponseId, isBackground: true });
    return this.told(type, ours ? { ...fields, response: ours } : fields);
  }

  /** The last event, from the response as it ended. */
  final(response: FinishedResponse): string {
    const { status } = response;
    if (status === 'cancelled')
      return this.told('error', {
        code: 'response_cancelled',
        message: 'The response was cancelled.',
        param: null,
      });
    return this.told(`response.${String(status)}`, { response });
  }

  error(code: string, message: string): string {
    return this.told('error', { code, message, param: null });
  }

  private told(type: string, fields: object): string {
    const number = this.next++;
    // Whoever goes on behind the last event has seen the whole of the stream.
    if (number <= this.after) return '';
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number, ...fields })}\n\n`;
  }
}
