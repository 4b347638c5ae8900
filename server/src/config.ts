/** The server's configuration, hub or street relay, from the environment alone. What is wrong is named in words for an operator before anything starts. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const CLIENT_BUILD = fileURLToPath(new URL('../../client/build', import.meta.url));
const SAMPLE = fileURLToPath(new URL('../../deploy/sample-district', import.meta.url));

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  HOST: z.string().min(1).optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  COUCHDB_URL: z.string().optional(),
  COUCHDB_PREFIX: z
    .string()
    .regex(/^([a-z][a-z0-9_]*)?$/, 'lower-case letters, digits and _')
    .default(''),
  SEED: z.enum(['sample', 'none']).default('sample'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  CLIENT_DIR: z.string().min(1).default(CLIENT_BUILD),
  SAMPLE_DIR: z.string().min(1).default(SAMPLE),
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  OFFLINE_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(24 * 30)
    .default(72),
  METRICS: z.enum(['on', 'off']).default('on'),
  UPSTREAM_URL: z
    .url({ protocol: /^https?$/, error: 'the address of the district hub, e.g. https://hub.example' })
    .refine((url) => isBare(url), 'scheme, host and port of the district hub only, without a path')
    .optional(),
  RELAY_CODE: z.string().max(40).optional(),
});

export interface Config {
  port: number;
  /** Undefined: every interface. */
  host?: string;
  dataDir: string;
  couchdbUrl?: string;
  couchdbPrefix: string;
  seed: 'sample' | 'none';
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  clientDir: string;
  sampleDir: string;
  /** Reverse proxies in front whose X-Forwarded-* headers are believed. */
  trustProxy: number;
  /** How long a clerk who logged in may unlock the terminal without the hub. */
  offlineHours: number;
  metrics: boolean;
  /** Set for a street relay: where its district hub is, without a slash at the end. */
  upstreamUrl?: string;
  /** One-time code with which the relay joins its street; of no meaning afterwards. */
  relayCode?: string;
}

export class ConfigError extends Error {}

/** Throws `ConfigError` that names every variable that is wrong and what is expected. Values are not repeated: they may be secrets. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const filled = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environment.safeParse(filled);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`The configuration is not usable:\n${lines.join('\n')}`);
  }
  const { data } = parsed;
  const { UPSTREAM_URL: upstream, RELAY_CODE: relayCode } = data;
  assertOneKind(data);
  return {
    port: data.PORT,
    ...(data.HOST !== undefined && { host: data.HOST }),
    dataDir: resolve(data.DATA_DIR),
    ...(data.COUCHDB_URL !== undefined && { couchdbUrl: data.COUCHDB_URL }),
    couchdbPrefix: data.COUCHDB_PREFIX,
    seed: data.SEED,
    logLevel: data.LOG_LEVEL,
    clientDir: resolve(data.CLIENT_DIR),
    sampleDir: resolve(data.SAMPLE_DIR),
    trustProxy: data.TRUST_PROXY,
    offlineHours: data.OFFLINE_HOURS,
    metrics: data.METRICS === 'on',
    ...(upstream !== undefined && { upstreamUrl: new URL(upstream).origin }),
    ...(relayCode !== undefined && { relayCode }),
  };
}

/** What would be left aside silently is refused. */
function assertOneKind({ UPSTREAM_URL, RELAY_CODE, COUCHDB_URL }: z.infer<typeof environment>): void {
  if (UPSTREAM_URL !== undefined && COUCHDB_URL !== undefined)
    throw new ConfigError(
      'UPSTREAM_URL makes this server a street relay, which keeps its street in a store of its own: leave out COUCHDB_URL.',
    );
  if (UPSTREAM_URL === undefined && RELAY_CODE !== undefined)
    throw new ConfigError(
      'RELAY_CODE is for a street relay: set UPSTREAM_URL to the address of its district hub too.',
    );
}

function isBare(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { pathname, search, hash, username, password } = new URL(url);
  return pathname === '/' && `${search}${hash}${username}${password}` === '';
}
