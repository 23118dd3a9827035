import type { LanguageModelV4Citation, LanguageModelV4Source } from '@ai-sdk/provider';

/** A place of the web that a passage of an answer rests on. */
export interface UrlCitation {
  type: 'url_citation';
  url_citation: { start_index: number; end_index: number; title: string; url: string };
}

/** Where a piece of text stands in the content of an answer. */
export interface TextPlace {
  readonly start: number;
  readonly length: number;
}

/** Gathers what an answer rests on: citations with the passage they belong to, sources without one where nothing cites them. */
export class Annotations {
  private readonly sources = new Map<string, LanguageModelV4Source & { sourceType: 'url' }>();
  private readonly cited = new Set<string>();

  /** The annotations of a text. Documents have no place in this dialect. */
  cite(citations: readonly LanguageModelV4Citation[], { start, length }: TextPlace): UrlCitation[] {
    return citations.flatMap(({ source, startIndex, endIndex }) => {
      if (source.sourceType !== 'url') return [];
      this.cited.add(source.url);
      const place = { start_index: start + (startIndex ?? 0), end_index: start + (endIndex ?? length) };
      return [urlCitation(source, place)];
    });
  }

  add(source: LanguageModelV4Source): void {
    if (source.sourceType === 'url' && !this.sources.has(source.url)) this.sources.set(source.url, source);
  }

  /** What no text has cited, to be asked for once all texts have been seen. */
  uncited(): UrlCitation[] {
    return [...this.sources.values()]
      .filter(({ url }) => !this.cited.has(url))
      .map((source) => urlCitation(source, { start_index: 0, end_index: 0 }));
  }
}

function urlCitation(
  { url, title }: LanguageModelV4Source & { sourceType: 'url' },
  place: { start_index: number; end_index: number },
): UrlCitation {
  return { type: 'url_citation', url_citation: { ...place, title: title ?? url, url } };
}
