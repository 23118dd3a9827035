import type { DialectFacts } from '../caller-dialect.js';
import { imageAskedFor } from './image-asked-for.js';
import { invalidField, missingField, MultipartForm } from '../multipart-form/multipart-form.js';

const BYTES_PER_TOKEN = 4;
/** OpenAI counts some hundred tokens for an image, and up to about six thousand more where it is to be kept closely. */
const TOKENS_OF_IMAGE = 1_000;
const TOKENS_OF_CLOSE_IMAGE = 7_000;
const MOST_IMAGES_MADE = 10;
const MOST_USER_CHARACTERS = 500;
/** Of `image[]` there may be several. */
const SINGLE_FIELDS = [
  'model',
  'image',
  'prompt',
  'n',
  'size',
  'quality',
  'response_format',
  'input_fidelity',
  'stream',
  'user',
] as const;
const MOST_WORD_CHARACTERS = 50;
const FORMATS: readonly string[] = ['url', 'b64_json'];

type Field = (typeof SINGLE_FIELDS)[number];

/** A form with images, and how its dialect differs from the other. */
export interface ImageForm {
  readonly dialect: string;
  readonly body: Uint8Array;
  readonly contentType: string | undefined;
  /** Whether the images are changed by the words of a prompt. */
  readonly needsPrompt: boolean;
}

/**
 * Reads the facts of a request to change or vary images from its form. Source of the fields: the OpenAI API's types
 * (`ImageEditParams` and `ImageCreateVariationParams` of the `openai` package). `model` is required here: there is no model to
 * fall back to.
 * @throws DialectError 400 that names the field at fault, 415 for a body that is no form.
 */
export function readImageFormFacts({ dialect, body, contentType, needsPrompt }: ImageForm): DialectFacts {
  const wanted = `the images with the fields image, model${needsPrompt ? ' and prompt' : ''}`;
  const form = MultipartForm.read({ body, contentType, single: SINGLE_FIELDS, wanted });
  const model = form.model();
  const images = form.named('image', 'image[]');
  if (images.length === 0) throw missingField('image');
  if (images.some(({ isFile }) => !isFile)) throw invalidField('image', 'send each image as a file with a filename');
  const prompt = form.text('prompt') ?? '';
  if (needsPrompt && prompt === '') throw missingField('prompt');
  checkFields(form);
  form.refuseStream();
  const endUser = form.text('user');
  const choices = Number(form.text('n') ?? 1);
  const image = imageAskedFor(form.text('size'), form.text('quality'));
  const ofImage = form.text('input_fidelity') === 'high' ? TOKENS_OF_CLOSE_IMAGE : TOKENS_OF_IMAGE;
  return {
    dialect,
    operation: 'image_generation',
    model: model.name,
    stream: false,
    usageAsked: false,
    estimatedPromptTokens: Math.ceil(Buffer.byteLength(prompt) / BYTES_PER_TOKEN) + images.length * ofImage,
    ...(choices > 1 ? { choices } : {}),
    ...(image ? { image } : {}),
    ...(endUser ? { endUser } : {}),
    bodyBytes: body.length,
    contentType: form.contentType,
    spans: { model: model.span },
  };
}

function checkFields(form: MultipartForm<Field>): void {
  const count = form.text('n');
  if (count !== undefined && !(/^\d{1,2}$/.test(count) && Number(count) >= 1 && Number(count) <= MOST_IMAGES_MADE)) {
    throw invalidField('n', `expected a whole number from 1 to ${MOST_IMAGES_MADE}`);
  }
  const format = form.text('response_format');
  if (format !== undefined && !FORMATS.includes(format)) {
    throw invalidField('response_format', `expected one of ${FORMATS.join(', ')}`);
  }
  for (const field of ['size', 'quality'] as const) {
    if ((form.text(field) ?? '').length > MOST_WORD_CHARACTERS)
      throw invalidField(field, `it is longer than ${MOST_WORD_CHARACTERS} characters`);
  }
  if ((form.text('user') ?? '').length > MOST_USER_CHARACTERS) {
    throw invalidField('user', `it is longer than ${MOST_USER_CHARACTERS} characters`);
  }
}
