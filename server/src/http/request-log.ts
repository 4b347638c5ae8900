/** One line a request: route, status, time. Who was turned away is logged in ordinary operation too: many of them are a sign. */
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';

const NS_PER_SECOND = 1e9;
/** Not logged in, not allowed, too often. */
const TURNED_AWAY = [401, 403, 429];

export function logRequest(log: Logger, metrics: Metrics) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const began = process.hrtime.bigint();
    response.once('close', () => {
      const known: unknown = response.locals['route'];
      const route = typeof known === 'string' ? known : `${request.method} file`;
      const seconds = Number(process.hrtime.bigint() - began) / NS_PER_SECOND;
      metrics.answered(route, response.statusCode, seconds);
      const { statusCode: status } = response;
      const line = { route, status, ms: Math.round(seconds * 1000) };
      if (TURNED_AWAY.includes(status))
        log.info({ ...line, code: response.locals['refused'] }, 'turned away');
      else log.debug(line, 'answered');
    });
    next();
  };
}
