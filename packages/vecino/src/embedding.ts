/**
 * Embedding functions over models that somebody else runs, or another package: nothing here opens a database.
 *
 * @packageDocumentation
 */
export type {
  EmbeddedText,
  EmbeddingFunction,
  EmbedOptions,
  EmbedProgress,
  Truncation,
} from './api/embedding.ts';
export type {
  EmbeddedImage,
  EmbedImagesOptions,
  EmbedImagesProgress,
  ImageEmbedding,
  ImageInput,
} from './api/image.ts';
export { type AiSdkModel, type AiSdkOptions, aiSdk } from './embedding/ai-sdk.ts';
export { EmbedCourse } from './embedding/embed-course.ts';
export { bytesOfImage, type ImageFault, invalidImage, requireImage } from './embedding/image-input.ts';
export type { ModelDescription } from './embedding/model-description.ts';
export {
  type ApiKey,
  measureDimension,
  type OpenAiCompatibleOptions,
  openaiCompatible,
} from './embedding/openai-compatible.ts';
export type { RequestOptions } from './embedding/request-options.ts';
export { type TransformersJsOptions, transformersJs } from './embedding/transformers-js.ts';
export {
  type ClipEmbedding,
  type TransformersJsClipOptions,
  transformersJsClip,
} from './embedding/transformers-js-clip.ts';
