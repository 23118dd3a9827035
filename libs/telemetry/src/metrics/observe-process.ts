import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Meter } from '@opentelemetry/api';

const RESOLUTION_MILLISECONDS = 20;

/**
 * Observes this process on every collection, under the names of the OpenTelemetry conventions: resident memory in bytes,
 * CPU seconds used, and the 99th percentile, since the collection before, of how late the event loop ran its timers.
 */
export function observeProcess(meter: Meter): void {
  meter
    .createObservableGauge('process.memory.usage', { unit: 'By', description: 'Resident memory of the process.' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter
    .createObservableCounter('process.cpu.time', { unit: 's', description: 'CPU time the process has used.' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe((user + system) / 1e6);
    });
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
  delay.enable();
  meter
    .createObservableGauge('nodejs.eventloop.delay.p99', { unit: 's', description: 'Event loop lag, 99th percentile.' })
    .addCallback((result) => {
      // Node reports the time between two ticks of its own timer, which includes the interval it asked for.
      const lagMilliseconds = delay.count === 0 ? 0 : delay.percentile(99) / 1e6 - RESOLUTION_MILLISECONDS;
      result.observe(Math.max(0, lagMilliseconds) / 1e3);
      delay.reset();
    });
}
