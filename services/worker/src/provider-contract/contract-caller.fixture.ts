/** What a caller asks, whatever its dialect. */
export interface Question {
  readonly stream?: boolean;
  /** Offers the tool `get_weather`. */
  readonly withTool?: boolean;
  /** Goes on after the model called that tool and was told that it is sunny in Paris. */
  readonly afterTool?: boolean;
  /** Shows a picture. */
  readonly withImage?: boolean;
  /** Wants an answer after the schema. */
  readonly withSchema?: boolean;
}

/** What a caller understands of an answer. */
export interface Understood {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  readonly end: 'stop' | 'length' | 'tools' | 'filter' | undefined;
}

/** A caller of one dialect: how it asks, and how it understands answers. */
export interface ContractCaller {
  readonly dialect: string;
  ask(model: string, question: Question): object;
  understand(body: string): Understood;
  understandStream(events: string): Understood;
}

/** A picture of one pixel, as base64 of PNG. */
export const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const TOOL = {
  name: 'get_weather',
  description: 'Tells the weather of a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
} as const;

export const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, degrees: { type: 'integer' } },
  required: ['city', 'degrees'],
  additionalProperties: false,
} as const;

/** The data of each event of a stream of server-sent events, parsed; end marks that are no JSON are left out. */
export function eventsOf(stream: string): Record<string, unknown>[] {
  return stream
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Record<string, unknown>);
}
