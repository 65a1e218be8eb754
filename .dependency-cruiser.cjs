// The floors of the house, checked: arrows point down, circles nowhere. docs/architecture.md draws them.
//   main, scripts → http → features → telephony, media, jobs → store
// `config` is for main and the scripts; errors.ts, schemas.ts and other single files of gateway/ are for everybody.
const features =
  'acd|assist|callback|calls|channels|echo|hours|inbound|knowledge|mail|numbers|prompts|reports|tenants|widget';
const lower = 'telephony|media|jobs';
const test = '\\.test\\.tsx?$|/testing/|/conformance/';

/** What the start and test scripts load when it is built; in a fresh clone it is not there yet. */
const built = '^\\.\\./dist/';

/** A feature, its folder captured as $1. */
const feature = `^gateway/(${features})/`;

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'gateway-knows-no-engine',
      comment:
        'The engines can be exchanged for drachtio-server and FreeSWITCH: the gateway talks to them over sockets.',
      severity: 'error',
      from: { path: '^gateway/', pathNot: test },
      to: { path: '^engine/' },
    },
    {
      name: 'engine-knows-no-gateway',
      severity: 'error',
      from: { path: '^engine/', pathNot: test },
      to: { path: '^gateway/' },
    },
    {
      name: 'engines-know-no-other',
      comment:
        'Each is a process of its own. The phone network is made of the parts of the other two, not they of its.',
      severity: 'error',
      from: { path: '^engine/(sip|media)/', pathNot: test },
      to: { path: '^engine/', pathNot: '^engine/$1/' },
    },
    {
      name: 'store-is-the-ground-floor',
      severity: 'error',
      from: { path: '^gateway/store/', pathNot: test },
      to: { path: `^gateway/(http|main|config|${features}|${lower})` },
    },
    {
      name: 'ports-know-no-feature',
      comment: 'telephony, media and jobs stand below the features and above the store.',
      severity: 'error',
      from: { path: `^gateway/(${lower})/`, pathNot: test },
      to: { path: `^gateway/(http|main|config|${features})` },
    },
    {
      name: 'ports-know-no-other',
      comment: 'SIP knows no media engine, and the other way round: a feature brings them together.',
      severity: 'error',
      from: { path: `^gateway/(${lower})/`, pathNot: test },
      to: { path: `^gateway/(${lower})/`, pathNot: '^gateway/$1/' },
    },
    {
      name: 'features-know-no-roof',
      comment: 'http/ mounts what a feature offers; main.ts hands it its options.',
      severity: 'error',
      from: { path: feature, pathNot: test },
      to: { path: '^gateway/(http|main|config)' },
    },
    {
      name: 'features-by-the-front-door',
      comment: 'A feature uses another by what its index.ts exports, never by its tables and files.',
      severity: 'error',
      from: { path: feature, pathNot: test },
      to: { path: feature, pathNot: `^gateway/$1/|^gateway/(${features})/index\\.ts$` },
    },
    {
      name: 'lower-floors-by-the-front-door',
      severity: 'error',
      from: { path: `^gateway/(${features}|http)/|^gateway/main\\.ts$`, pathNot: test },
      to: { path: `^gateway/(store|${lower})/`, pathNot: '/(index|port)\\.ts$' },
    },
    {
      name: 'http-knows-no-feature',
      comment: 'A feature brings its routes; http/ mounts what it is given.',
      severity: 'error',
      from: { path: '^gateway/http/', pathNot: test },
      to: { path: `^gateway/(main|config|${features}|${lower})` },
    },
    {
      name: 'only-main-knows-all',
      severity: 'error',
      from: { pathNot: '^gateway/main\\.ts$' },
      to: { path: '^gateway/main\\.ts$' },
    },
    {
      name: 'common-files-know-nobody',
      comment: 'What everybody may import must not bring anybody along.',
      severity: 'error',
      from: { path: '^gateway/[^/]+\\.ts$', pathNot: `^gateway/(main|config)\\.ts$|${test}` },
      to: { path: '^gateway/[^/]+/' },
    },
    {
      name: 'web-faces-stand-alone',
      comment: 'They run in browsers and know the API, not the server.',
      severity: 'error',
      from: { path: '^web-softphone/', pathNot: test },
      to: { path: '^(gateway|engine|scripts|test)/' },
    },
    {
      name: 'nobody-imports-a-web-face',
      severity: 'error',
      from: { path: '^(gateway|engine|scripts)/', pathNot: test },
      to: { path: '^web-softphone/' },
    },
    {
      name: 'widget-and-desktop-apart',
      comment:
        "The widget is loaded by other people's pages: it stays small. The preview of administrators shows its very button.",
      severity: 'error',
      from: { path: '^web-softphone/(widget|desktop|demo-shop)/', pathNot: `${test}|/WidgetPreview\\.tsx$` },
      to: { path: '^web-softphone/(widget|desktop|demo-shop)/', pathNot: '^web-softphone/$1/' },
    },
    {
      name: 'preview-knows-the-look-alone',
      severity: 'error',
      from: { path: '/WidgetPreview\\.tsx$' },
      to: {
        path: '^web-softphone/widget/',
        pathNot: '/(colours|dom|launcher|panel|texts|words/(en|ko))\\.ts$',
      },
    },
    {
      name: 'servers-import-no-scripts',
      severity: 'error',
      from: { path: '^(gateway|engine)/', pathNot: test },
      to: { path: '^(scripts|test)/' },
    },
    {
      name: 'no-test-in-production',
      severity: 'error',
      from: { pathNot: `${test}|^test/|^scripts/(bench|figures|gallery|screenshots|test-run)` },
      to: { path: `${test}|^test/` },
    },
    {
      name: 'declared-dependencies-only',
      comment: 'A package that is there by chance is gone with the next update.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'], pathNot: built },
    },
    {
      name: 'no-development-tool-in-production',
      severity: 'error',
      from: { path: '^(gateway|engine|web-softphone)/', pathNot: test },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: built },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.css$|^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
