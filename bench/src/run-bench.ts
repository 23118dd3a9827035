import type { AuditFigures } from './audit/audit-figures.js';
import { measureAudit } from './audit/measure-audit.js';
import type { BenchArguments } from './arguments.js';
import { measureBounds, type BoundsFigures } from './bounds/measure-bounds.js';
import { layGround, type BenchGround } from './bench-ground.js';
import type { Cleanup } from './cleanup.js';
import { checkAnswers } from './contenders/check-answers.js';
import { checkTranslations } from './contenders/check-translations.js';
import {
  directContender,
  peerContender,
  switchyardContender,
  translatingContenders,
  type Contender,
} from './contenders/contender.js';
import { BareLane } from './durable/bare-lane.js';
import { measureBatches, type BatchesFigures } from './durable/measure-batches.js';
import { measureLimitedBatches, type LimitedBatchesFigures } from './durable/measure-limited-batches.js';
import { measureDurable, type DurableFigures } from './durable/measure-durable.js';
import { FULL, QUICK, type Effort } from './effort.js';
import { measureExport, type ExportFigures } from './export/measure-export.js';
import { summarize, type LoadFigures } from './load/load-figures.js';
import { measureLoad, warmUp, type LoadBench } from './load/measure-load.js';
import { interactiveScenarios, streamScenarios, translatedScenarios, type Scenario } from './load/scenario.js';
import { describeMachine } from './machine/machine.js';
import { installPeer } from './peer/install-peer.js';
import { startPeer, type RunningPeer } from './peer/start-peer.js';
import { readMemory } from './processes/memory.js';
import type { Progress } from './progress.js';
import { countRows } from './records/count-rows.js';
import { measureReports, type ReportFigures } from './reports/measure-reports.js';
import { measureRecords, type RecordFigures } from './records/measure-records.js';
import type { BenchResults, MemoryByContender } from './report/bench-results.js';
import { measureGuards } from './guards/measure-guards.js';
import { measureAuto } from './routing/measure-auto.js';
import { measureRouting } from './routing/measure-routing.js';
import type { RoutingFigures } from './routing/routing-figures.js';
import { measureSettlements, type SettlementFigures } from './settlements/measure-settlements.js';
import { measureIdempotency } from './turns/measure-idempotency.js';
import { measurePacing } from './turns/measure-pacing.js';
import type { TurnsFigures } from './turns/measure-turns.js';

/** A load bench with the peer it knows. */
type GatewayBench = LoadBench & { readonly peer: RunningPeer };

/** Measures the sections asked for, one after another on one running stack. */
export class BenchRun {
  private readonly effort: Effort;
  private readonly say: (text: string) => void;

  constructor(
    private readonly demand: BenchArguments,
    private readonly progress: Progress,
    private readonly cleanup: Cleanup,
  ) {
    this.effort = demand.isQuick ? QUICK : FULL;
    this.say = (text) => progress.say(text);
  }

  async run(): Promise<BenchResults> {
    const { sections, isQuick } = this.demand;
    // Before anything else runs that it would share the cores with.
    const routing = sections.includes('routing') ? this.routing() : undefined;
    const auto = sections.includes('routing') ? measureAuto() : undefined;
    const guards = sections.includes('guards') ? await measureGuards() : undefined;
    this.say('starting the upstreams, the stack and the load generator');
    const ground = await layGround(this.cleanup);
    const interactive = sections.includes('interactive');
    const streams = sections.includes('streams');
    const translated = sections.includes('translated');
    const load = interactive || streams || translated ? await this.loadBench(ground) : undefined;
    const results = {
      ...(load && interactive && { interactive: await this.load(load, interactiveScenarios(this.effort)) }),
      ...(load && streams && { streams: await this.load(load, streamScenarios(this.effort)) }),
      ...(load && translated && { translated: await this.translated(load, ground) }),
      ...(load && { memory: memoryOf(load.contenders) }),
      ...(sections.includes('bounds') && { bounds: await this.bounds(ground) }),
      ...(sections.includes('idempotency') && { idempotency: await this.idempotency(ground) }),
      ...(sections.includes('pacing') && { pacing: await this.pacing(ground) }),
      ...(sections.includes('durable') && { durable: await this.durable(ground) }),
      ...(sections.includes('batches') && { batches: await this.batches(ground) }),
      ...(sections.includes('limits') && { limits: await this.limits(ground) }),
      ...(sections.includes('records') && { records: await this.records(ground) }),
      ...(sections.includes('settlements') && { settlements: await this.settlements(ground) }),
      ...(sections.includes('export') && { exports: await this.exports(ground) }),
      ...(sections.includes('audit') && { audit: await this.audit(ground) }),
      ...(routing && { routing }),
      ...(auto && { auto }),
      ...(guards && { guards }),
    };
    await ground.records.settled();
    const books = await countRows(ground.stack.databaseUrl);
    // Last, since what it loads stands in no trail.
    const reports = sections.includes('reports') ? await this.reports(ground) : undefined;
    return {
      machine: await describeMachine(ground.stack.databaseUrl, ground.prompts.origin),
      effort: this.effort,
      isQuick,
      seconds: this.progress.elapsedSeconds,
      ...results,
      ...(reports && { reports }),
      books,
    };
  }

  private routing(): RoutingFigures[] {
    this.say('measuring decisions of the router');
    return measureRouting(this.effort.routingDecisions);
  }

  private async loadBench(ground: BenchGround): Promise<GatewayBench> {
    const { upstreams, stack, records, generator, prompts } = ground;
    const peer = await startPeer(await installPeer(this.say), this.cleanup);
    const contenders = [
      directContender(upstreams),
      switchyardContender(stack, () => records.settled()),
      peerContender(peer, upstreams),
    ];
    this.say('checking that all contenders give the same answers');
    await checkAnswers(contenders, prompts.plain[0] ?? '');
    const upstreamPids = { fast: upstreams.fast.pid, paced: upstreams.paced.pid };
    return { contenders, generator, upstreamPids, say: this.say, peer };
  }

  private async load(bench: LoadBench, scenarios: readonly Scenario[]): Promise<LoadFigures[]> {
    await warmUp(bench, scenarios, this.effort.warmUpSeconds);
    return summarize(await measureLoad(bench, scenarios, this.effort.rounds));
  }

  private async translated(bench: GatewayBench, { upstreams, prompts }: BenchGround): Promise<LoadFigures[]> {
    const switchyard = bench.contenders.find(({ name }) => name === 'switchyard');
    if (switchyard === undefined) throw new RangeError('the load bench lacks Switchyard');
    const contenders = translatingContenders(switchyard, { peer: bench.peer, upstreams });
    this.say('checking that both gateways translate to the same answers');
    await checkTranslations(contenders, prompts.plain[0] ?? '');
    return this.load({ ...bench, contenders }, translatedScenarios(this.effort));
  }

  private async bounds(ground: BenchGround): Promise<BoundsFigures> {
    const { stack, records, upstreams, prompts } = ground;
    const contender = switchyardContender(stack, () => records.settled());
    await checkAnswers([directContender(upstreams), contender], prompts.plain[0] ?? '');
    return measureBounds(this.plainBench(ground), { contender, stack }, this.effort.bounds);
  }

  private idempotency(ground: BenchGround): Promise<TurnsFigures> {
    const contender = switchyardContender(ground.stack, () => ground.records.settled());
    return measureIdempotency(this.plainBench(ground), contender, this.effort.turns);
  }

  private pacing(ground: BenchGround): Promise<TurnsFigures> {
    const { upstreams } = ground;
    return measurePacing(this.plainBench(ground), upstreams, { ...this.effort.turns, cleanup: this.cleanup });
  }

  private plainBench({ generator, upstreams }: BenchGround): Omit<LoadBench, 'contenders'> {
    const upstreamPids = { fast: upstreams.fast.pid, paced: upstreams.paced.pid };
    return { generator, upstreamPids, say: this.say };
  }

  private limits({ stack, records, prompts }: BenchGround): Promise<LimitedBatchesFigures> {
    const bench = { stack, records, prompts: prompts.lines, say: this.say };
    return measureLimitedBatches(bench, this.effort.limitedBatches);
  }

  private async durable({ stack, records, upstreams, prompts, linesFile }: BenchGround): Promise<DurableFigures> {
    const bare = await BareLane.start(upstreams, linesFile, this.cleanup);
    const bench = { stack, records, bare, prompts: prompts.lines, say: this.say };
    return measureDurable(bench, this.effort.batchLines, this.effort.rounds);
  }

  private batches({ stack, records, generator, prompts }: BenchGround): Promise<BatchesFigures> {
    return measureBatches({ stack, records, generator, prompts: prompts.lines, say: this.say }, this.effort.batches);
  }

  private async records({ stack, records, upstreams, prompts }: BenchGround): Promise<RecordFigures[]> {
    const contenders = [directContender(upstreams), switchyardContender(stack, () => records.settled())];
    await checkAnswers(contenders, prompts.plain[0] ?? '');
    await records.settled();
    return measureRecords({ stack, records, say: this.say }, this.effort.backlogEvents, this.effort.rounds);
  }

  private async exports({ stack, records, upstreams, prompts }: BenchGround): Promise<ExportFigures[]> {
    const contenders = [directContender(upstreams), switchyardContender(stack, () => records.settled())];
    await checkAnswers(contenders, prompts.plain[0] ?? '');
    await records.settled();
    return measureExport({ stack, records, say: this.say }, this.effort.exportedEntries);
  }

  private reports({ stack }: BenchGround): Promise<ReportFigures[]> {
    const { reportedCharges: charges, rounds } = this.effort;
    return measureReports({ stack, say: this.say }, { charges, rounds });
  }

  private async audit({ stack, records, upstreams, generator, prompts }: BenchGround): Promise<AuditFigures> {
    const contender = switchyardContender(stack, () => records.settled());
    await checkAnswers([directContender(upstreams), contender], prompts.plain[0] ?? '');
    await records.settled();
    const upstreamPids = { fast: upstreams.fast.pid, paced: upstreams.paced.pid };
    const load = { generator, upstreamPids, say: this.say };
    return measureAudit({ stack, records, load, contender, say: this.say }, this.effort.audit);
  }

  private async settlements({ stack, records, upstreams, prompts }: BenchGround): Promise<SettlementFigures[]> {
    const contenders = [directContender(upstreams), switchyardContender(stack, () => records.settled())];
    await checkAnswers(contenders, prompts.plain[0] ?? '');
    await records.settled();
    const { backlogEvents: events, rounds } = this.effort;
    return measureSettlements({ stack, records, say: this.say }, { events, rounds });
  }
}

function memoryOf(contenders: readonly Contender[]): MemoryByContender {
  const measured = contenders.filter(({ parts }) => parts.length > 0);
  return Object.fromEntries(measured.map(({ name, parts }) => [name, readMemory(parts)]));
}
