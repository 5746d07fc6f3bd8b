import { VecinoError } from '../../base/errors.ts';
import { didYouMean } from '../../base/near-miss.ts';
import { quoted } from '../../base/options.ts';
import { readRemoteAddress } from '../front/remote-address.ts';

/** Where a server is, and who asks it. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly ssl: boolean;
  readonly tenant: string;
  readonly database: string;
  /** With what authenticates. */
  readonly headers: Readonly<Record<string, string>>;
  /** What must not be shown. */
  readonly secrets: readonly string[];
  /** The address without it. */
  readonly shown: string;
}

const FORM = 'chroma://host:8000/?tenant=default_tenant&database=default_database&ssl=false';

const PARAMETERS = ['tenant', 'database', 'ssl', 'token'];

/** The server's own defaults. */
const PORT = 8_000;
const TENANT = 'default_tenant';
const DATABASE = 'default_database';

/**
 * Reads `chroma://user:password@host:port/?tenant=…&database=…&ssl=true&token=…`. A token goes as `x-chroma-token`, user
 * and password as basic authorization: what Chroma Cloud and proxies before a server ask for.
 *
 * @param apiKey the token, where the address has none
 */
export function readAddress(location: string, apiKey?: string): Address {
  const { url, secrets: known, shown } = readRemoteAddress(location, FORM);
  if (url.hostname === '') throw invalid('names no host');
  if (url.pathname !== '' && url.pathname !== '/')
    throw invalid('has a path; name the database with ?database=…');
  const parameters = url.searchParams;
  for (const name of parameters.keys()) {
    if (PARAMETERS.includes(name)) continue;
    const remedy = `${PARAMETERS.join(', ')} are known`;
    throw invalid(`has the parameter ${quoted(name)}${didYouMean(name, PARAMETERS)}; ${remedy}`);
  }
  const ssl = parameters.get('ssl') ?? 'false';
  if (ssl !== 'true' && ssl !== 'false') throw invalid('has another ssl than true or false');
  const tenant = parameters.get('tenant') || TENANT;
  const database = parameters.get('database') || DATABASE;
  const token = parameters.get('token') || apiKey || '';
  const basic = basicOf(url);
  // Tenant and database tell where it is, and are no keys.
  const open = new Set([ssl, tenant, database]);
  const secrets = [...known.filter((secret) => !open.has(secret)), token, encodeURIComponent(token), basic];
  return {
    host: url.hostname,
    port: url.port === '' ? PORT : Number(url.port),
    ssl: ssl === 'true',
    tenant,
    database,
    headers: {
      ...(token !== '' && { 'x-chroma-token': token }),
      ...(basic !== '' && { authorization: `Basic ${basic}` }),
    },
    secrets: secrets.filter((secret) => secret !== ''),
    shown: shown.replace(
      /\/?$/,
      `/?tenant=${encodeURIComponent(tenant)}&database=${encodeURIComponent(database)}`,
    ),
  };
}

function basicOf({ username, password }: URL): string {
  if (username === '' && password === '') return '';
  return Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
}

function invalid(received: string): VecinoError {
  return new VecinoError('OPTION_INVALID', `open: the address ${received}, expected ${FORM}`, {
    details: { option: 'location', expected: FORM },
  });
}
