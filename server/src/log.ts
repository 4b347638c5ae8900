/**
 * Structured logs without personal data: routes as they are written in the table, never addresses with ids or queries; no bodies,
 * headers, cookies or network addresses. Who did what is the audit log's.
 */
import { randomUUID } from 'node:crypto';
import { pino, type Logger } from 'pino';
import type { Config } from './config.ts';
import type { Metrics } from './metrics.ts';

export type { Logger };

export function openLog({ logLevel }: Pick<Config, 'logLevel'>): Logger {
  return pino({ level: logLevel, base: { pid: process.pid } });
}

/** Logs what must not happen, once, and gives the reference under which it is found. */
export function faultReporter(log: Logger, metrics: Metrics): (error: unknown) => string {
  return (error) => {
    const reference = randomUUID().slice(0, 8);
    metrics.fault();
    log.error({ reference, fault: described(error) }, 'fault');
    return reference;
  };
}

/** Messages of our own code and of the stores name ids at most; the causes are kept. */
function described(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: typeof error };
  const { name, message, stack, cause } = error;
  return {
    name,
    message: message.slice(0, 500),
    stack,
    ...(cause !== undefined && { cause: described(cause) }),
  };
}
