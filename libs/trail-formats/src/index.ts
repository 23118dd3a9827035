export { inFormat, TRAIL_FORMATS } from './formats.js';
export { flatEntryOf, type EntryLine, type FlatEntry } from './flat-entry.policy.js';
