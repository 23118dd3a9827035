import type { ContenderName } from '../contenders/contender.js';
import type { LoadFigures } from '../load/load-figures.js';
import type { Spread } from '../load/load-order.js';
import { figure, table } from './table.js';

const CONTENDERS: readonly ContenderName[] = ['direct', 'switchyard', 'peer'];
const GATEWAYS: readonly ContenderName[] = ['switchyard', 'peer'];

/** Looks one contender's figures under one scenario up. */
export class LoadReport {
  constructor(private readonly figures: readonly LoadFigures[]) {}

  get scenarios(): string[] {
    return [...new Set(this.figures.map(({ scenario }) => scenario))];
  }

  find(contender: ContenderName, scenario: string): LoadFigures | undefined {
    return this.figures.find((one) => one.contender === contender && one.scenario === scenario);
  }

  /** What a gateway adds to a percentile of the direct call, in milliseconds. */
  added(contender: ContenderName, scenario: string, read: (figures: LoadFigures) => number): number {
    const [through, direct] = [this.find(contender, scenario), this.find('direct', scenario)];
    return through === undefined || direct === undefined ? Number.NaN : read(through) - read(direct);
  }

  /** Our CPU per request as a part of the peer's. */
  cpuShare(scenario: string): number {
    return (this.find('switchyard', scenario)?.cpuTotal ?? NaN) / (this.find('peer', scenario)?.cpuTotal ?? NaN);
  }

  /** Percentiles of each contender, in milliseconds. */
  spreadTable(scenarios: readonly string[], read: (figures: LoadFigures) => Spread): string {
    return table(spreadHead(scenarios), this.spreadRows(scenarios, read));
  }

  /** The same, and what the gateways add to the direct call. */
  latencyTable(scenarios: readonly string[], read: (figures: LoadFigures) => Spread): string {
    const added = GATEWAYS.map((name) => [
      `added by ${name}`,
      ...scenarios.flatMap((scenario) => [
        figure(this.added(name, scenario, (figures) => read(figures).p50)),
        figure(this.added(name, scenario, (figures) => read(figures).p99)),
      ]),
    ]);
    return table(spreadHead(scenarios), [...this.spreadRows(scenarios, read), ...added]);
  }

  /** Requests per second, and as a part of the direct rate. */
  rateTable(scenarios: readonly string[]): string {
    const rows = CONTENDERS.map((name) => [
      name,
      ...scenarios.flatMap((scenario) => {
        const rate = this.find(name, scenario)?.perSecond ?? Number.NaN;
        return [figure(rate), figure(rate / (this.find('direct', scenario)?.perSecond ?? Number.NaN))];
      }),
    ]);
    return table(['per second', ...scenarios.flatMap((scenario) => [scenario, 'of direct'])], rows);
  }

  /** CPU milliseconds per request: ours by part, then the sums, then the ratio. */
  cpuTable(scenarios: readonly string[] = this.scenarios): string {
    const ours = scenarios.map((scenario) => this.find('switchyard', scenario)?.cpu ?? {});
    const parts = Object.keys(ours[0] ?? {}).map((part) => [part, ...ours.map((cpu) => figure(cpu[part]))]);
    const sums = GATEWAYS.map((name) => [
      `${name}, all`,
      ...scenarios.map((scenario) => figure(this.find(name, scenario)?.cpuTotal)),
    ]);
    const ratio = ['switchyard / peer', ...scenarios.map((scenario) => figure(this.cpuShare(scenario)))];
    return table(['CPU ms per request', ...scenarios], [...parts, ...sums, ratio]);
  }

  /** CPU microseconds per chunk of the gateways' streams. */
  chunkTable(scenarios: readonly string[], chunks: number): string {
    const rows = GATEWAYS.map((name) => [
      name,
      ...scenarios.map((scenario) => figure(((this.find(name, scenario)?.cpuTotal ?? Number.NaN) * 1000) / chunks)),
    ]);
    return table(['CPU µs per chunk', ...scenarios], rows);
  }

  /** One line for each contender and scenario in which requests failed. */
  failures(): string[] {
    return this.figures
      .filter(({ failures }) => Object.keys(failures).length > 0)
      .map(({ contender, scenario, answered, failures }) => {
        const reasons = Object.entries(failures).map(([reason, count]) => `${count} × ${reason}`);
        return `Failed: ${contender}, ${scenario}: ${reasons.join(', ')} (${answered} answered)`;
      });
  }

  private spreadRows(scenarios: readonly string[], read: (figures: LoadFigures) => Spread): string[][] {
    const present = CONTENDERS.filter((name) => this.figures.some(({ contender }) => contender === name));
    return present.map((name) => [
      name,
      ...scenarios.flatMap((scenario) => {
        const found = this.find(name, scenario);
        return found === undefined ? ['–', '–'] : [figure(read(found).p50), figure(read(found).p99)];
      }),
    ]);
  }
}

function spreadHead(scenarios: readonly string[]): string[] {
  return ['ms', ...scenarios.flatMap((scenario) => [`${scenario}: p50`, 'p99'])];
}
