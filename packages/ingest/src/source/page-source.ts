import { VecinoError } from 'vecino/errors';
import { type Format, formatOf } from '../read/formats.ts';
import { tooLarge } from './file-source.ts';
import type { Loaded, Source } from './source.ts';

const TIMEOUT_MS = 30_000;

const FORMAT_OF_TYPE: Readonly<Record<string, Format>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/markdown': 'markdown',
  'text/csv': 'csv',
  'application/pdf': 'pdf',
  'application/x-ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
};

/** A page that is fetched by http or https, again only where the server says that it has changed. */
export class PageSource implements Source {
  readonly name: string;
  readonly size = 0;
  private readonly bytesMax: number;

  constructor(address: string, bytesMax: number) {
    this.name = address;
    this.bytesMax = bytesMax;
  }

  async load(version: string | undefined, signal: AbortSignal | undefined): Promise<Loaded | undefined> {
    const url = this.requireUrl();
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signals = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    try {
      const response = await fetch(url, { headers: headersFor(version), signal: signals });
      if (response.status === 304) return undefined;
      if (!response.ok) {
        await response.body?.cancel();
        throw unanswered(`the server answers ${response.status}`);
      }
      const bytes = await this.readBody(response);
      const modified = new Date(response.headers.get('last-modified') ?? Number.NaN);
      return {
        bytes,
        format: formatOfResponse(response, url),
        version: versionOf(response),
        ...(!Number.isNaN(modified.getTime()) && { modified: modified.toISOString() }),
      };
    } catch (cause) {
      if (cause instanceof VecinoError || signal?.aborted) throw cause;
      throw unanswered(reasonOf(cause), cause);
    }
  }

  private requireUrl(): URL {
    const url = URL.parse(this.name);
    if (url !== null && ['http:', 'https:'].includes(url.protocol)) return url;
    throw new VecinoError('INPUT_MALFORMED', 'not an address that begins with http:// or https://');
  }

  /** Stops at the bound, whatever the server says of the length. */
  private async readBody(response: Response): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of response.body ?? []) {
      length += piece.length;
      if (length > this.bytesMax) throw tooLarge(length, this.bytesMax);
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }
}

/** A version is the entity tag, or the date after which it was not changed; empty where the server told none. */
function versionOf({ headers }: Response): string {
  return headers.get('etag') ?? headers.get('last-modified') ?? '';
}

function headersFor(version: string | undefined): Record<string, string> {
  if (version === undefined || version === '') return {};
  return /^(W\/)?"/.test(version) ? { 'if-none-match': version } : { 'if-modified-since': version };
}

function formatOfResponse(response: Response, url: URL): Format {
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  const format = FORMAT_OF_TYPE[type] ?? formatOf(url.pathname);
  if (format !== undefined) return format;
  if (type.startsWith('text/')) return 'text';
  throw new VecinoError('INPUT_MALFORMED', `its type ${JSON.stringify(type)} is none that is read`);
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown error';
  if (cause.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  return cause.cause instanceof Error && 'code' in cause.cause ? String(cause.cause.code) : cause.message;
}

function unanswered(why: string, cause?: unknown): VecinoError {
  return new VecinoError('INPUT_UNREADABLE', `cannot be fetched: ${why}`, { cause });
}
