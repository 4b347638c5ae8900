/** Pages of other sites may not call the hub, whatever cookies the browser would send along. Programs that are no browser send neither header. */
import type { NextFunction, Request, Response } from 'express';
import { problem } from '@sanji/sync/domain/problem';
import { answerProblem } from './problem-response.ts';

export function refuseCrossSite(request: Request, response: Response, next: NextFunction): void {
  if (isOwn(request)) next();
  else answerProblem(response, problem('cross-site'));
}

/** `same-site` is not enough: the demo's windows are three origins of one site. */
function isOwn(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const origin = request.get('origin');
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === request.get('host');
}
