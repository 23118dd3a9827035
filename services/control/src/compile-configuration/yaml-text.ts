import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Scalar,
} from 'yaml';

/** Past these the parser only reports what follows from them. */
const MOST_SYNTAX_PROBLEMS = 10;
/** Of the parser: what it took for the name of a field is followed by no colon, or by one on a later line only. */
const WITHOUT_COLON = /^Implicit (map )?keys need/;
const COLON_OR_OPEN = /[:{["'|>]/;
const UNQUOTED_REFERENCE = /[:,[]\s*\$\{/;

const NO_COLON = 'a colon is missing here: write a field as name: value';

/** A place in the text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where the parser stopped, and why. */
export interface SyntaxProblem extends Position {
  readonly reason: string;
}

/**
 * YAML text that still knows where everything stands: parsed once, its values read with `toValue`, its fields found
 * again with `positionOf`.
 */
export class YamlText {
  readonly syntaxProblems: readonly SyntaxProblem[];
  private readonly lines = new LineCounter();
  private readonly document: Document.Parsed;

  /** Throws `RangeError` on text nested too deep for the parser. */
  constructor(private readonly text: string) {
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false });
    const errors = [...this.document.errors, ...this.document.warnings];
    if (errors.some(({ message }) => message.includes('call stack'))) throw new RangeError('nested too deep');
    this.syntaxProblems = errors.slice(0, MOST_SYNTAX_PROBLEMS).map((error) => ({
      ...this.at(error.pos[0]),
      reason: this.explain(error.message, this.at(error.pos[0]).line),
    }));
  }

  /** The text as plain values. Throws `ReferenceError` on aliases that lead nowhere or multiply too often. */
  toValue(): unknown {
    return this.document.toJS();
  }

  /** Every scalar value with its path, keys excluded; an aliased one under the path of its anchor. */
  *scalars(): Generator<{ path: PropertyKey[]; scalar: Scalar; position: Position }> {
    yield* this.scalarsOf(this.document.contents, []);
  }

  /** Where a field stands: its key in a map, the entry in a list; for a missing field where its nearest parent stands. */
  positionOf(path: readonly PropertyKey[]): Position {
    let node = this.resolve(this.document.contents);
    let offset = node?.range?.[0] ?? 0;
    for (const part of path) {
      const pair = isMap(node) ? node.items.find(({ key }) => keyText(key) === String(part)) : undefined;
      const entry = isCollection(node) && !isMap(node) && typeof part === 'number' ? node.items[part] : undefined;
      const place = pair ? pair.key : entry;
      if (!isNode(place) || !place.range) break;
      offset = place.range[0];
      node = this.resolve(pair ? pair.value : entry);
    }
    return this.at(offset);
  }

  /**
   * The text as it may be stored: without comments, and with `[redacted]` for each field named in `secretFields`, and each
   * entry of one that is a list, unless `isHarmless` says that its text is none.
   */
  redacted(secretFields: readonly string[], isHarmless: (text: string) => boolean): string {
    const copy = this.document.clone();
    copy.comment = copy.commentBefore = null;
    visit(copy, {
      Pair: (_key, { key, value }) => {
        if (!secretFields.includes(keyText(key))) return;
        const secret = isAlias(value) ? value.resolve(copy) : value;
        const entries = isCollection(secret) ? secret.items : [secret];
        for (const entry of entries) redact(isAlias(entry) ? entry.resolve(copy) : entry, isHarmless);
      },
    });
    visit(copy, {
      Node: (_key, node) => {
        node.comment = null;
        if (!isAlias(node)) node.commentBefore = null;
      },
    });
    return copy.toString({ lineWidth: 0 });
  }

  private *scalarsOf(
    node: unknown,
    path: PropertyKey[],
  ): Generator<{ path: PropertyKey[]; scalar: Scalar; position: Position }> {
    if (isScalar(node)) yield { path, scalar: node, position: this.at(node.range?.[0] ?? 0) };
    if (!isCollection(node)) return;
    for (const [index, item] of node.items.entries()) {
      yield* isPair(item)
        ? this.scalarsOf(item.value, [...path, keyText(item.key)])
        : this.scalarsOf(item, [...path, index]);
    }
  }

  private resolve(node: unknown): Node | undefined {
    if (isAlias(node)) return node.resolve(this.document);
    return isNode(node) ? node : undefined;
  }

  private at(offset: number): Position {
    const { line, col } = this.lines.linePos(Math.min(offset, this.text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** Drops the quoted text that some parser messages end in, since it may be a secret. */
  private explain(message: string, line: number): string {
    const text = this.text.split('\n')[line - 1] ?? '';
    if (WITHOUT_COLON.test(message) && !COLON_OR_OPEN.test(text)) return NO_COLON;
    const reason = message.replace(/: ".*$/s, '').replaceAll('\n', ' ');
    const isReference = UNQUOTED_REFERENCE.test(text);
    return isReference ? `${reason} (put references in quotes: "\${env:NAME}")` : reason;
  }
}

function redact(secret: unknown, isHarmless: (text: string) => boolean): void {
  if (!isScalar(secret)) return;
  if (!(typeof secret.value === 'string' && isHarmless(secret.value))) secret.value = '[redacted]';
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}
