/** What an error answer means: Vertex AI's are those of all Google APIs. */
export { classifyGoogleError as classify } from '../../provider-http/classify-google-error.js';
