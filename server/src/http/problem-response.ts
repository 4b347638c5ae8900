/** Where problems become HTTP: the only place that knows a status for a code. */
import { retryOf, type Problem, type ProblemCode } from '@sanji/sync/domain/problem';
import type { Response } from 'express';
import { whenDue } from './put-off.ts';
import { readOff } from './read-off.ts';

/** Codes that are not a plain 422. */
const STATUS: Partial<Record<ProblemCode, number>> = {
  malformed: 400,
  'bundle-unreadable': 400,
  'field-invalid': 400,
  'field-required': 400,
  'field-too-long': 400,
  'version-unsupported': 400,
  'checkpoint-unknown': 410,
  'login-required': 401,
  'login-failed': 401,
  'device-unknown': 401,
  'device-revoked': 403,
  'signature-invalid': 401,
  'bundle-signature-invalid': 401,
  'device-required': 403,
  forbidden: 403,
  'out-of-scope': 403,
  'cross-site': 403,
  'code-invalid': 403,
  'second-person-needed': 403,
  'not-found': 404,
  'edit-conflict': 409,
  'staff-known': 409,
  'unit-known': 409,
  'own-account': 403,
  'password-expired': 403,
  'factor-required': 403,
  'factor-due': 403,
  'factor-wrong': 401,
  'factor-replayed': 401,
  'too-large': 413,
  'locked-out': 429,
  'rate-limited': 429,
  internal: 500,
  unavailable: 503,
  // Said by a street relay, of its line to the district.
  offline: 503,
};

export interface ProblemDocument extends Problem {
  type: string;
  title: string;
  status: number;
  retry: string;
}

export function problemDocument(problem: Problem): ProblemDocument {
  return {
    type: `/problems/${problem.code}`,
    // Words for people are the client's, in the person's language; the title is for whoever reads the wire.
    title: problem.code.replaceAll('-', ' '),
    status: STATUS[problem.code] ?? 422,
    code: problem.code,
    params: problem.params ?? {},
    retry: retryOf(problem),
  };
}

/** RFC 9457. Does nothing when the answer has begun: a stream that breaks can only be cut. What is the caller's fault may be held back. */
export function answerProblem(response: Response, problem: Problem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const document = problemDocument(problem);
  response.locals['refused'] = problem.code;
  const wait = problem.params?.['retryAfterS'];
  if (wait !== undefined) response.setHeader('retry-after', String(wait));
  const send = (): void => {
    response
      .status(document.status)
      .setHeader('cache-control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(document));
  };
  const sendWhenThrough = (): void => {
    void readOff(response).then((isThrough) => {
      if (!isThrough) response.setHeader('connection', 'close');
      send();
    });
  };
  if (document.status >= 500) sendWhenThrough();
  else whenDue(response, sendWhenThrough);
}
