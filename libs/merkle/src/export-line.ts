/** First line of an export: whose log, how large it was, and what was asked for. */
export interface ExportHead {
  readonly object: 'audit.export';
  readonly version: 1;
  readonly organization: string;
  readonly origin: string;
  readonly size: number;
  readonly filter: object;
}

/** An entry in full. `body` is the text that was hashed, `leaf_hash` (base64) what the tree holds for it. */
export interface EntryLine {
  readonly object: 'audit.entry';
  readonly sequence: number;
  readonly recorded_at: string;
  readonly request_id: string;
  readonly type: string;
  readonly project: string;
  /** Further columns that searches rely on; absent in exports of before. */
  readonly key?: string;
  readonly model?: string;
  readonly leaf_hash: string;
  readonly body: string;
  /** The body lacks what the exporter may not know, so that it does not make the hash. */
  readonly redacted?: boolean;
}

/** An entry that ought to be in the database and is not. */
export interface MissingLine {
  readonly object: 'audit.missing';
  readonly sequence: number;
  readonly leaf_hash: string;
}

/** Entries that are not for this export, as the roots (base64) of the whole subtrees from `from` up to but without `until`. */
export interface WithheldLine {
  readonly object: 'audit.withheld';
  readonly from: number;
  readonly until: number;
  readonly reason: 'filter' | 'retention';
  readonly nodes: readonly string[];
}

/** A signed note on the log as it was when it held just the entries before this line. */
export interface CheckpointLine {
  readonly object: 'audit.checkpoint';
  readonly note: string;
}

/** A line of a verifiable export; together they cover the whole log, in its order. */
export type ExportLine = ExportHead | EntryLine | MissingLine | WithheldLine | CheckpointLine;
