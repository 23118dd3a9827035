/** A place in a text that a source stands behind; 0 to 0 where the model did not say which. */
export interface UrlCitation {
  type: 'url_citation';
  start_index: number;
  end_index: number;
  title: string;
  url: string;
}
/** A document that a source stands behind. */
export interface FileCitation {
  type: 'file_citation';
  file_id: string;
  filename: string;
  index: number;
}
export type Annotation = UrlCitation | FileCitation;

/** A piece of an answer's text. */
export interface OutputText {
  type: 'output_text';
  text: string;
  annotations: Annotation[];
  logprobs: [];
}

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

export interface MessageItem {
  type: 'message';
  id: string;
  status: ItemStatus;
  role: 'assistant';
  content: OutputText[];
}
export interface ReasoningItem {
  type: 'reasoning';
  id: string;
  summary: { type: 'summary_text'; text: string }[];
  encrypted_content?: string;
}
export interface FunctionCallItem {
  type: 'function_call';
  id: string;
  status: ItemStatus;
  call_id: string;
  name: string;
  arguments: string;
}
export interface ImageItem {
  type: 'image_generation_call';
  id: string;
  status: 'completed';
  result: string;
}

/** What an answer consists of, in OpenAI's form (`ResponseOutputItem` of the `openai` package). */
export type OutputItem = MessageItem | ReasoningItem | FunctionCallItem | ImageItem;
