/** The parts of a .cpuprofile file (Chrome DevTools Protocol, Profiler.Profile) that are read; times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A stretch of the clock that `process.hrtime` and V8's profiler share, in microseconds. */
export interface ProfileWindow {
  readonly from: number;
  readonly to: number;
}

/** How long a function itself was running, without those it called. */
export interface SelfTime {
  readonly functionName: string;
  readonly url: string;
  /** From 1; 0 where there is no source. */
  readonly line: number;
  readonly microseconds: number;
}

/** Sums the self time of each function within `window`, the longest first. */
export function selfTimes(profile: CpuProfile, window: ProfileWindow): SelfTime[] {
  const byId = new Map<number, number>();
  let at = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    at += profile.timeDeltas[index] ?? 0;
    const lasts = profile.timeDeltas[index + 1] ?? 0;
    if (at >= window.from && at < window.to) byId.set(id, (byId.get(id) ?? 0) + Math.max(0, lasts));
  }
  const byFunction = new Map<string, SelfTime>();
  for (const { id, callFrame } of profile.nodes) {
    const microseconds = byId.get(id);
    if (microseconds === undefined) continue;
    const { functionName, url, lineNumber } = callFrame;
    const key = `${functionName}|${url}|${lineNumber}`;
    const known = byFunction.get(key)?.microseconds ?? 0;
    byFunction.set(key, { functionName, url, line: lineNumber + 1, microseconds: known + microseconds });
  }
  return [...byFunction.values()].toSorted((a, b) => b.microseconds - a.microseconds);
}

/** Whether the process was at rest: neither code nor garbage collection nor the runtime itself. */
export function isIdle({ functionName }: Pick<SelfTime, 'functionName'>): boolean {
  return functionName === '(idle)';
}
