export { ModelPool } from './model-pool.ts';
export { type ModelOrigin, modelWorkerBeside } from './model-thread.ts';
export { type LocalModelOptions, localModelOptionSpecs, type Runtime, requireRuntime } from './options.ts';
export type { ModelAnswer, ModelRequest, Refusal } from './protocol.ts';
export { type LoadedModel, loadModel } from './runtime.ts';
