/** Searches that a provider may make where the request does not bound them; documented in docs/money.md. */
const UNBOUNDED_WEB_SEARCHES = 10;
const MOST_COUNTED = 1_000;

/** Anthropic's `web_search_20250305`, and `web_search` and `web_search_preview` of OpenAI's Responses, whatever their date. */
const WEB_SEARCH_TOOL = /^web_search/;

/**
 * How often a provider may search the web by itself for a request, by the tools it is offered: their own bound (`max_uses` of
 * Anthropic, `max_tool_calls` of Responses), or ten where there is none. 0 for most requests.
 */
export function mostWebSearches({
  tools,
  web_search_options: options,
  max_tool_calls: mostCalls,
}: Readonly<Record<string, unknown>>): number {
  let most = typeof options === 'object' && options !== null ? UNBOUNDED_WEB_SEARCHES : 0;
  if (!Array.isArray(tools)) return most;
  for (const tool of tools as unknown[]) {
    if (typeof tool !== 'object' || tool === null || !('type' in tool)) continue;
    if (typeof tool.type !== 'string' || !WEB_SEARCH_TOOL.test(tool.type)) continue;
    most += boundOf('max_uses' in tool ? tool.max_uses : mostCalls);
  }
  return Math.min(most, MOST_COUNTED);
}

function boundOf(bound: unknown): number {
  return typeof bound === 'number' && Number.isInteger(bound) && bound >= 0 ? bound : UNBOUNDED_WEB_SEARCHES;
}
