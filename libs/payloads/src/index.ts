export { CapturedAnswer } from './captured-answer.js';
export type { CapturedText } from './kept-text.js';
export type { MaskText } from './masked-payload.policy.js';
export { PayloadKeeper } from './payload-keeper.js';
export type { CapturedCall } from './payload-keeper.js';
