export { EMPTY_ROOT, HASH_BYTES, isSameHash, leafHash, nodeHash } from './hashes.js';
export { CompactRange } from './compact-range.js';
export { consistencyRanges, inclusionRanges, nodesOf } from './ranges.js';
export type { NodePlace, Range } from './ranges.js';
export { hashOfNode, hashOfRange, LogEdge, spotOf, tilesFor, TILE_WIDTH } from './tiles.js';
export type { FindHash, FindTile, Tile, TilePlace } from './tiles.js';
export { TileTree } from './tile-tree.js';
export { isConsistent, isIncluded } from './verify-proofs.js';
export {
  decodeKeyLine,
  decodeVerifier,
  encodeKeyLine,
  encodeVerifier,
  NoteRefused,
  openNote,
  rawPublicKey,
  signNote,
} from './signed-note.js';
export type { Verifier } from './signed-note.js';
export { notesIn, openCheckpoint, rootIn, signCheckpoint } from './checkpoint.js';
export type { Checkpoint } from './checkpoint.js';
export type { EntryLine, ExportHead, ExportLine, MissingLine, WithheldLine } from './export-line.js';
export { ExportVerifier } from './verify-export.js';
export type { ExportReport } from './verify-export.js';
