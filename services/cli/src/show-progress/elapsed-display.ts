const FRAME_MILLISECONDS = 200;
const CLEAR_LINE = '\r\u001B[K';

/** Shows on a terminal that something goes on and for how long; says it once elsewhere. Returns what ends it. */
export function showElapsed(what: string, output: NodeJS.WriteStream = process.stderr): () => void {
  if (!output.isTTY) {
    output.write(`${what} …\n`);
    return () => undefined;
  }
  const startedAt = performance.now();
  const timer = setInterval(() => {
    output.write(`${CLEAR_LINE}${what} … ${Math.floor((performance.now() - startedAt) / 1_000)} s`);
  }, FRAME_MILLISECONDS);
  return () => {
    clearInterval(timer);
    output.write(CLEAR_LINE);
  };
}
