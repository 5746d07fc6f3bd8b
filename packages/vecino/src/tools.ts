/**
 * Tools that language models call: the AI SDK takes them as they are, and other interfaces their JSON Schema.
 *
 * @packageDocumentation
 */
export {
  type RetrieveInput,
  type RetrieveOutput,
  type RetrieveToolSettings,
  retrieveTool,
} from './tools/retrieve-tool.ts';
export {
  type FoundRecord,
  type SearchInput,
  type SearchOutput,
  type SearchToolSettings,
  searchTool,
} from './tools/search-tool.ts';
export type { FilterableFields, ModelTool, Searchable, ToolContext, ToolSettings } from './tools/tool.ts';
export { type InputSpec, type InputSpecs, ToolInput, type ToolSchema } from './tools/tool-input.ts';
