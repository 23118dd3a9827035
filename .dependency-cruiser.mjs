const SPEC = String.raw`\.(spec|contract|fixture)\.ts$`;
const INDEX = (...libs) => `^libs/(${libs.join('|')})/src/index[.]ts$`;

/** Who may import whom. Each rule is one sentence of docs/architecture/4-import-rules.md. */
const forbidden = [
  // The whole tree.
  { name: 'no-cycles', from: {}, to: { circular: true } },
  { name: 'no-dangling-imports', from: {}, to: { couldNotResolve: true } },
  {
    name: 'no-orphans',
    from: { orphan: true, pathNot: [SPEC, '/migrations/', String.raw`[/.]main\.ts$`] },
    to: {},
  },

  // Services.
  {
    name: 'services-talk-by-events',
    from: { path: '^services/([^/]+)/' },
    to: { path: '^services/', pathNot: '^services/$1/' },
  },
  { name: 'nobody-imports-a-service', from: { path: '^(libs|test|bench)/' }, to: { path: '^services/' } },
  {
    name: 'the-command-line-knows-the-api-only',
    from: { path: '^services/cli/', pathNot: SPEC },
    to: { path: ['^libs/', 'node_modules/@nestjs/'], pathNot: INDEX('contracts', 'csv', 'difficulty', 'merkle') },
  },
  {
    name: 'providers-are-islands',
    from: { path: '/providers/([^/]+)/' },
    to: { path: '/providers/[^/]+/', pathNot: '/providers/$1/' },
  },

  // Libs: each is entered by its front door and stands on the floor below.
  {
    name: 'libs-enter-by-the-front-door',
    from: { path: '^(services|libs)/([^/]+)/' },
    to: { path: '^libs/[^/]+/src/', pathNot: ['^$1/$2/', '^libs/[^/]+/src/index[.]ts$'] },
  },
  {
    name: 'tests-enter-by-the-front-door',
    from: { path: '^(test|bench)/' },
    to: { path: '^libs/[^/]+/src/', pathNot: '^libs/[^/]+/src/index[.]ts$' },
  },
  {
    name: 'ground-floor-stands-alone',
    from: {
      path: '^libs/(blobs|config|contracts|csv|difficulty|key-provider|merkle|outbound|secrets|simulation|telemetry)/',
      pathNot: SPEC,
    },
    to: { path: '^libs/', pathNot: '^libs/$1/' },
  },
  {
    name: 'rules-stand-on-contracts',
    from: {
      path: '^libs/(classification|conditions|dialects|health|identities|permission|pricing|trail-formats)/',
      pathNot: SPEC,
    },
    to: { path: '^libs/', pathNot: ['^libs/$1/', INDEX('contracts', 'csv')] },
  },
  {
    name: 'routing-stands-on-rules',
    from: { path: '^libs/routing/', pathNot: SPEC },
    to: { path: '^libs/', pathNot: ['^libs/routing/', INDEX('contracts', 'conditions', 'pricing')] },
  },
  {
    name: 'budgets-stand-on-routing',
    from: { path: '^libs/budgets/', pathNot: SPEC },
    to: { path: '^libs/', pathNot: ['^libs/budgets/', INDEX('contracts', 'pricing', 'routing')] },
  },
  {
    name: 'guards-stand-on-contracts',
    from: { path: '^libs/guards/', pathNot: SPEC },
    to: { path: '^libs/', pathNot: ['^libs/guards/', INDEX('contracts', 'outbound', 'secrets')] },
  },
  {
    name: 'only-guards-know-detectors',
    from: { pathNot: ['^libs/guards/', 'node_modules'] },
    to: { path: 'node_modules/(re2js|@secretlint)/' },
  },
  {
    name: 'prompt-facts-stand-on-runtime',
    from: { path: '^libs/prompt-facts/', pathNot: SPEC },
    to: {
      path: '^libs/',
      pathNot: [
        '^libs/prompt-facts/',
        INDEX('classification', 'conditions', 'config', 'contracts', 'dialects', 'difficulty', 'messaging', 'runtime'),
      ],
    },
  },
  {
    name: 'catalogue-stands-on-pricing',
    from: { path: '^libs/catalogue/', pathNot: SPEC },
    to: { path: '^libs/', pathNot: ['^libs/catalogue/', INDEX('contracts', 'pricing')] },
  },
  {
    name: 'messaging-stands-on-contracts',
    from: { path: '^libs/messaging/', pathNot: SPEC },
    to: { path: '^libs/', pathNot: ['^libs/messaging/', INDEX('contracts', 'telemetry')] },
  },
  {
    name: 'limits-stand-on-messaging',
    from: { path: '^libs/limits/', pathNot: SPEC },
    to: { path: '^libs/', pathNot: ['^libs/limits/', INDEX('contracts', 'messaging')] },
  },
  {
    name: 'payloads-stand-on-messaging',
    from: { path: '^libs/payloads/', pathNot: SPEC },
    to: { path: '^libs/', pathNot: ['^libs/payloads/', INDEX('contracts', 'messaging', 'secrets')] },
  },
  {
    name: 'runtime-stands-on-messaging',
    from: { path: '^libs/runtime/', pathNot: SPEC },
    to: {
      path: '^libs/',
      pathNot: ['^libs/runtime/', INDEX('config', 'contracts', 'messaging', 'secrets', 'telemetry')],
    },
  },
  {
    name: 'storage-stands-on-runtime',
    from: { path: '^libs/storage/', pathNot: SPEC },
    to: { path: '^libs/', pathNot: ['^libs/storage/', INDEX('contracts', 'runtime', 'telemetry')] },
  },
  {
    name: 'local-stack-stands-on-config',
    from: { path: '^libs/local-stack/', pathNot: SPEC },
    to: { path: '^libs/', pathNot: ['^libs/local-stack/', INDEX('config', 'identities')] },
  },
  {
    name: 'local-stack-runs-from-outside',
    from: { path: '^(services|libs)/', pathNot: [SPEC, '^libs/(local-stack|testing)/'] },
    to: { path: '^libs/local-stack/' },
  },
  {
    name: 'simulation-stays-in-its-provider',
    from: { path: '^services/', pathNot: [SPEC, '^services/worker/src/providers/sim/'] },
    to: { path: '^libs/simulation/' },
  },
  {
    name: 'testing-stays-in-tests',
    from: { pathNot: [SPEC, '^libs/testing/', '^(test|bench)/'] },
    to: { path: '^libs/testing/' },
  },

  // Packages: one door for each.
  {
    name: 'contracts-depend-on-zod-alone',
    from: { path: '^libs/contracts/', pathNot: SPEC },
    to: { pathNot: ['^libs/contracts/', 'node_modules/zod/'] },
  },
  {
    name: 'only-messaging-knows-nats',
    from: { pathNot: ['^libs/(identities|messaging|testing)/', '^(bench|test/faults)/', 'node_modules'] },
    to: { path: 'node_modules/@nats-io/' },
  },
  {
    name: 'only-storage-knows-typeorm',
    from: {
      pathNot: ['^libs/(storage|testing)/', String.raw`\.(entity|repository)\.ts$`, '/migrations/', 'node_modules'],
    },
    to: { path: 'node_modules/typeorm/' },
  },
  {
    name: 'only-storage-knows-postgres',
    from: { pathNot: ['^libs/(storage|local-stack|testing)/', '^(test|bench)/', 'node_modules'] },
    to: { path: 'node_modules/(@types/)?pg/' },
  },
  {
    name: 'only-blobs-know-s3',
    from: { pathNot: ['^libs/blobs/', 'node_modules'] },
    to: { path: 'node_modules/@aws-sdk/(client-s3|lib-storage)/' },
  },
  {
    name: 'only-key-providers-know-kms',
    from: { pathNot: ['^libs/key-provider/', 'node_modules'] },
    to: { path: 'node_modules/@aws-sdk/client-kms/' },
  },
  {
    name: 'only-telemetry-knows-the-otel-sdk',
    from: { pathNot: ['^libs/telemetry/', 'node_modules'] },
    to: { path: 'node_modules/@opentelemetry/(?!api/)' },
  },
  {
    name: 'only-the-catalogue-knows-price-lists',
    from: { pathNot: ['^libs/catalogue/', 'node_modules'] },
    to: { path: 'node_modules/@pydantic/' },
  },
  {
    name: 'only-conditions-know-cel',
    from: { pathNot: ['^libs/conditions/', 'node_modules'] },
    to: { path: 'node_modules/@marcbachmann/' },
  },
  {
    name: 'only-permission-knows-casl',
    from: { pathNot: ['^libs/permission/', 'node_modules'] },
    to: { path: 'node_modules/@casl/' },
  },
  {
    name: 'only-dialects-and-providers-know-the-ai-sdk',
    from: { pathNot: ['^libs/dialects/', '^services/worker/src/(providers|provider-http)/', '^test/', 'node_modules'] },
    to: { path: 'node_modules/(ai|@ai-sdk/[^/]+)/' },
  },

  // Policies.
  {
    name: 'policies-are-pure',
    from: { path: String.raw`\.policy\.ts$` },
    to: {
      path: [
        'node_modules/(@nestjs|typeorm|@nats-io|@opentelemetry|pg|undici|pino)/',
        '^libs/(blobs|config|local-stack|messaging|runtime|secrets|storage|telemetry|testing)/',
      ],
      pathNot: String.raw`\.error\.ts$`,
      dependencyTypesNot: ['type-only'],
    },
  },
  { name: 'policies-do-no-io', from: { path: String.raw`\.policy\.ts$` }, to: { dependencyTypes: ['core'] } },
];

export default {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['switchyard-source', 'types', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
