const SPEC = String.raw`\.(spec|contract)\.ts$`;

/** Who may import whom. Each rule is one sentence of docs/architecture/import-rules.md. */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-dangling-imports', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: [SPEC, String.raw`/migrations/`, String.raw`/main\.ts$`] }, to: {} },
    { name: 'services-talk-by-events', comment: 'A service never imports another service.', severity: 'error', from: { path: '^services/([^/]+)/' }, to: { path: '^services/', pathNot: '^services/$1/' } },
    { name: 'libs-know-no-service', severity: 'error', from: { path: '^libs/' }, to: { path: '^services/' } },
    { name: 'libs-enter-by-the-front-door', comment: 'Import a lib by its index.', severity: 'error', from: { path: '^(services|libs)/([^/]+)/' }, to: { path: '^libs/[^/]+/src/', pathNot: ['^$1/$2/', '^libs/[^/]+/src/index[.]ts$'] } },
    { name: 'libs-climb-one-ladder', comment: 'contracts and config stand alone; messaging may use contracts and telemetry.', severity: 'error', from: { path: '^libs/(contracts|config|telemetry|messaging)/', pathNot: SPEC }, to: { path: '^libs/', pathNot: ['^libs/$1/', '^libs/(contracts|telemetry)/src/index[.]ts$'] } },
    { name: 'storage-knows-its-process', comment: 'storage may use runtime (settings, readiness), contracts and telemetry.', severity: 'error', from: { path: '^libs/storage/', pathNot: SPEC }, to: { path: '^libs/', pathNot: ['^libs/storage/', '^libs/(contracts|telemetry|runtime)/src/index[.]ts$'] } },
    { name: 'telemetry-and-config-stand-alone', severity: 'error', from: { path: '^libs/(telemetry|config)/', pathNot: SPEC }, to: { path: '^libs/', pathNot: '^libs/$1/' } },
    { name: 'contracts-depend-on-zod-alone', severity: 'error', from: { path: '^libs/contracts/', pathNot: SPEC }, to: { pathNot: ['^libs/contracts/', 'node_modules/zod/'] } },
    { name: 'only-messaging-knows-nats', severity: 'error', from: { pathNot: ['^libs/(messaging|testing)/', 'node_modules'] }, to: { path: 'node_modules/@nats-io/' } },
    { name: 'only-telemetry-knows-the-otel-sdk', severity: 'error', from: { pathNot: ['^libs/telemetry/', 'node_modules'] }, to: { path: 'node_modules/@opentelemetry/(?!api/)' } },
    { name: 'only-storage-knows-typeorm', severity: 'error', from: { pathNot: ['^libs/(storage|testing)/', String.raw`\.(entity|repository)\.ts$`, '/migrations/', 'node_modules'] }, to: { path: 'node_modules/typeorm/' } },
    { name: 'policies-are-pure', comment: 'A policy is a function of its arguments.', severity: 'error', from: { path: String.raw`\.policy\.ts$` }, to: { path: ['node_modules/(@nestjs|typeorm|@nats-io|@opentelemetry|pg)/', '^libs/(messaging|storage|telemetry|config)/'], dependencyTypesNot: ['type-only'] } },
    { name: 'policies-do-no-io', severity: 'error', from: { path: String.raw`\.policy\.ts$` }, to: { dependencyTypes: ['core'] } },
    { name: 'providers-are-islands', comment: 'A provider never imports another provider.', severity: 'error', from: { path: '/providers/([^/]+)/' }, to: { path: '/providers/[^/]+/', pathNot: '/providers/$1/' } },
    { name: 'testing-stays-in-tests', severity: 'error', from: { pathNot: [SPEC, '^libs/testing/', '^test/'] }, to: { path: '^libs/testing/' } },
  ],
  options: { doNotFollow: { path: 'node_modules' }, exclude: { path: '^dist/' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, enhancedResolveOptions: { conditionNames: ['source', 'types', 'import', 'node', 'default'], exportsFields: ['exports'] } },
};
