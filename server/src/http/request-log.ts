/** One line a request: route, status, time. */
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';

const NS_PER_SECOND = 1e9;

export function logRequest(log: Logger, metrics: Metrics) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const began = process.hrtime.bigint();
    response.once('close', () => {
      const known: unknown = response.locals['route'];
      const route = typeof known === 'string' ? known : `${request.method} file`;
      const seconds = Number(process.hrtime.bigint() - began) / NS_PER_SECOND;
      metrics.answered(route, response.statusCode, seconds);
      log.debug({ route, status: response.statusCode, ms: Math.round(seconds * 1000) }, 'answered');
    });
    next();
  };
}
