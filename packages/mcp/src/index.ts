/**
 * A database of Vecino as a server of the Model Context Protocol.
 *
 * @packageDocumentation
 */
export type { LibraryOptions } from './library.ts';
export { type HttpOptions, serveHttp } from './serve-http.ts';
export { type StdioOptions, serveStdio } from './serve-stdio.ts';
export { createMcpServer, type McpOptions } from './server.ts';
