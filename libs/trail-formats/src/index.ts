export { inFormat, TRAIL_FORMATS, type TrailFormat } from './formats.js';
export { flatEntryOf, type EntryLine, type FlatEntry } from './flat-entry.policy.js';
