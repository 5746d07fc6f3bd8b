/**
 * The layers of packages/vecino/src, from the ground up, and what each may import besides itself. The list
 * is that of ARCHITECTURE.md; an import that it does not name is an error, type-only imports too. A unit
 * test is a part of its layer.
 */
const LAYERS = {
  base: [],
  api: ['base'],
  kernel: ['base', 'api'],
  vector: ['base', 'api', 'kernel'],
  // Filters know no vectors, storage knows no metrics, an index knows no ids, metadata or paths on disk.
  filter: ['base', 'api'],
  // Words and stems of texts; paths of metadata mean what they mean to filters.
  text: ['base', 'api', 'filter'],
  storage: ['base', 'api', 'text'],
  embedding: ['base', 'api'],
  quantizer: ['base', 'api', 'kernel', 'vector'],
  index: ['base', 'api', 'kernel', 'vector', 'quantizer'],
  // What was measured, put into numbers that can be compared.
  measure: ['base'],
  // Made of the calls of databases and collections alone, which the engine hands to it.
  advisor: ['base', 'api', 'vector', 'measure'],
  engine: [
    'base',
    'api',
    'kernel',
    'vector',
    'filter',
    'text',
    'storage',
    'embedding',
    'quantizer',
    'index',
    'measure',
    'advisor',
  ],
  // What is made of the calls of a collection alone.
  retrieval: ['base', 'api'],
  evaluation: ['base', 'api'],
  // What language models call.
  tools: ['base', 'api', 'retrieval'],
  // Drivers share what the engine does with callers' input before anything is stored (engine/collection-shape.ts), and
  // of the store only the types of what a collection is.
  driver: ['base', 'api', 'vector', 'filter', 'text', 'storage', 'engine'],
  // Made of the calls of databases alone; of drivers and the engine it asks only what they would refuse.
  migrate: ['base', 'api', 'engine', 'driver'],
  // The edge speaks to the public entries and to the engine; how that is done inside is not its affair.
  cli: ['base', 'api', 'engine', 'retrieval', 'evaluation', 'measure', 'advisor'],
};

const SRC = '^packages/vecino/src';
const TESTS = '[.]test[.]ts$';

const layerRules = Object.entries(LAYERS).map(([layer, known]) => ({
  name: `layer-${layer}`,
  comment: `${layer} imports ${known.length === 0 ? 'no other layer' : `only ${known.join(', ')}`}`,
  severity: 'error',
  from: { path: `${SRC}/${layer}/` },
  to: { path: `${SRC}/`, pathNot: `${SRC}/(${[layer, ...known].join('|')})/${publicEntriesFor(layer)}` },
}));

/** Inside the package only the edge goes through the public entries. */
function publicEntriesFor(layer) {
  return layer === 'cli' ? `|${SRC}/(index|embedding|errors|measure|migrate|options|tools|vector)[.]ts$` : '';
}

export default {
  forbidden: [
    ...layerRules,
    {
      name: 'layer-unknown',
      comment: 'every folder of packages/vecino/src has its place in the list of layers',
      severity: 'error',
      from: { path: `${SRC}/[^/]+/`, pathNot: `${SRC}/(${Object.keys(LAYERS).join('|')})/` },
      to: {},
    },
    {
      name: 'siblings',
      comment:
        'a family of indexes never imports another; inverted lists are what several families are made of',
      severity: 'error',
      from: { path: `${SRC}/index/([^/]+)/` },
      to: { path: `${SRC}/index/[^/]+/`, pathNot: `${SRC}/index/($1|lists)/` },
    },
    {
      name: 'drivers',
      comment: 'a driver knows its own engine; what drivers share is in front',
      severity: 'error',
      from: { path: `${SRC}/driver/([^/]+)/` },
      to: { path: `${SRC}/driver/[^/]+/`, pathNot: `${SRC}/driver/($1|front)/` },
    },
    {
      name: 'drivers-behind-the-front',
      comment: 'what drivers share knows none of them',
      severity: 'error',
      from: { path: `${SRC}/driver/front/` },
      to: { path: `${SRC}/driver/(?!front/)` },
    },
    {
      name: 'no-circles',
      comment: 'what imports itself in a circle cannot be understood in parts',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'packages-by-name',
      comment:
        'packages and examples import each other by package name, as users do; one file of the bench measures the engine by itself, and the converters of models, which are not published, share how ONNX is written',
      severity: 'error',
      from: {
        path: '^(packages|examples)/([^/]+)/',
        pathNot: '^packages/(bench/src/peers/vecino-engine[.]ts$|(minilm|mobilenet)/convert/)',
      },
      to: { path: '^(packages|examples)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    },
    {
      name: 'nothing-below-vecino',
      comment:
        'vecino imports no other package of the workspace; the command line finds models by name at run time',
      severity: 'error',
      from: { path: `${SRC}/`, pathNot: TESTS },
      to: { path: '^packages/(?!vecino/)' },
    },
    {
      name: 'dependencies-at-the-edge',
      comment:
        'what the database itself needs is in Node; only the command line has dependencies, and the stems of languages',
      severity: 'error',
      from: { path: `${SRC}/(?!cli/|text/)`, pathNot: TESTS },
      to: { path: 'node_modules' },
    },
    {
      name: 'no-development-dependencies',
      comment: 'published code imports only what its package.json gives to its users',
      severity: 'error',
      from: {
        path: '^packages/(vecino|local-model|minilm|mobilenet|ingest|vector-files|langchain|mcp)/src/',
        pathNot: TESTS,
      },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-tests-in-code',
      comment: 'published code imports no test',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: TESTS },
      to: { path: [TESTS, '^packages/[^/]+/test/', '^node_modules/(vitest|fast-check)/'] },
    },
    {
      name: 'sqlite-when-asked',
      comment: 'a static import of node:sqlite would fail on an old Node before it could say what it needs',
      severity: 'error',
      from: { path: '^packages/', pathNot: [TESTS, '/test/'] },
      to: { path: '^(node:)?sqlite$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      comment: 'an import leads somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Type-only imports count: they bind layers as tightly as others do.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    // Built files are only as well layered as their sources; what imports them is still looked at.
    doNotFollow: { path: ['node_modules', '^packages/[^/]+/dist/'] },
    // The engine is in another language, whose standard library no resolver of TypeScript knows.
    includeOnly: { path: '^(?!packages/vecino/assembly/(?!build[.]ts))' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
};
