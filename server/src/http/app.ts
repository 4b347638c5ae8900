/** The table of contents of the hub: everything it answers, in the order in which a request meets it. */
import compression from 'compression';
import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { problem } from '@sanji/sync/domain/problem';
import type { Container } from '../container.ts';
import type { Ground } from '../ground.ts';
import { auditRoutes } from '../resources/audit.ts';
import { auditExportRoute } from '../resources/audit-export.ts';
import { bundleRoutes } from '../resources/bundle.ts';
import { deviceRoutes } from '../resources/device.ts';
import { enrolmentCodeRoutes } from '../resources/enrolment-code.ts';
import { healthRoutes } from '../resources/health.ts';
import { calendarRoutes } from '../resources/calendar.ts';
import { officeRoutes } from '../resources/office.ts';
import { matterRoutes } from '../resources/matter.ts';
import { openApiRoute } from '../resources/openapi.ts';
import { relayLogRoutes } from '../resources/relay-log.ts';
import { restoreRoutes } from '../resources/restore.ts';
import { printRoutes } from '../resources/print.ts';
import { revealRoutes } from '../resources/reveal.ts';
import { ruleDraftRoutes } from '../resources/rule-draft.ts';
import { openSessionRoutes } from '../resources/open-session.ts';
import { secondFactorRoutes } from '../resources/second-factor.ts';
import { securityPolicyRoutes } from '../resources/security-policy.ts';
import { sessionRoutes } from '../resources/session.ts';
import { staffRoutes } from '../resources/staff.ts';
import { unitRoutes } from '../resources/unit.ts';
import { streetDirectoryRoutes } from '../resources/street-directory.ts';
import { syncRoutes } from '../resources/sync.ts';
import { refuseCrossSite } from './cross-site.ts';
import { methodOf, pathOf, type Endpoint } from './endpoint.ts';
import { COSTLY, costLimit, GUESSABLE, guessLimit, overallLimit } from './limits.ts';
import { Order } from './order.ts';
import { cutStalledBodies, PATIENCE, type Patience } from './patience.ts';
import { answerProblem } from './problem-response.ts';
import { logRequest } from './request-log.ts';
import { putOffRefusals } from './put-off.ts';
import { walkingPace, WalkingPace } from './read-off.ts';
import { runEndpoint } from './run-endpoint.ts';
import { securityHeaders } from './security-headers.ts';
import { staticClient } from './static-client.ts';

/** Every route of the hub. */
export function endpointsOf(container: Container): Endpoint[] {
  const endpoints: Endpoint[] = [
    ...healthRoutes(container),
    ...sessionRoutes(container),
    ...secondFactorRoutes(container),
    ...securityPolicyRoutes(container),
    ...openSessionRoutes(container),
    ...staffRoutes(container),
    ...unitRoutes(container),
    ...enrolmentCodeRoutes(container),
    ...deviceRoutes(container),
    ...syncRoutes(container),
    ...streetDirectoryRoutes(container),
    ...relayLogRoutes(container),
    ...bundleRoutes(container),
    ...ruleDraftRoutes(container),
    ...matterRoutes(container),
    ...calendarRoutes(container),
    ...officeRoutes(container),
    ...revealRoutes(container),
    ...printRoutes(container),
    ...auditRoutes(container),
    auditExportRoute(container),
    ...restoreRoutes(container),
    openApiRoute(() => endpoints),
  ];
  return endpoints;
}

export interface AppParts {
  ground: Ground;
  endpoints: Endpoint[];
  /** Aborted when the server stops. */
  stopping: AbortSignal;
  /** Default: the hub's. */
  patience?: Patience;
  /** Asked for interfaces that are not among the endpoints. Default: there are none. */
  elsewhere?: RequestHandler;
}

export function createApp({
  ground,
  endpoints,
  stopping,
  patience = PATIENCE,
  elsewhere = notFound,
}: AppParts): Express {
  const { config, log, metrics, sessions, factors, tokens, presence, onFault } = ground;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxy);
  app.set('case sensitive routing', true);
  app.set('query parser', 'simple');

  app.use(cutStalledBodies(patience));
  app.use(logRequest(log, metrics));
  app.use(putOffRefusals(patience.refusalMs));
  app.use(walkingPace(new WalkingPace(patience.refusedBytesAMs)));
  app.use(securityHeaders(config.clientDir));
  app.use(compression());
  app.use(onInterfaces(refuseCrossSite), onInterfaces(overallLimit()));

  const guess = guessLimit();
  const order = new Order();
  for (const endpoint of endpoints) {
    const handlers = [
      runEndpoint({ sessions, factors, tokens, presence, order, stopping, onFault }, endpoint),
    ];
    if (GUESSABLE.includes(endpoint.name)) handlers.unshift(guess);
    if (COSTLY.includes(endpoint.name)) handlers.unshift(costLimit());
    const method = methodOf(endpoint).toLowerCase() as 'get' | 'post' | 'put' | 'delete';
    app[method](pathOf(endpoint), named(endpoint), ...handlers);
  }
  app.use(onInterfaces(elsewhere));

  app.use(staticClient(config.clientDir));
  app.use(notFound);
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    // What Express itself refuses, such as a path that cannot be decoded, is the caller's fault.
    const isTheirs = error instanceof Error && 'status' in error && Number(error.status) < 500;
    answerProblem(
      response,
      isTheirs ? problem('malformed', { where: 'path' }) : problem('internal', { reference: onFault(error) }),
    );
  });
  return app;
}

function notFound(_request: Request, response: Response): void {
  answerProblem(response, problem('not-found'));
}

/** Under /api/ and /sync/ only: `/sync` itself is a screen of the client, to which a link may lead. */
function onInterfaces(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (/^\/(api|sync)\/./.test(request.path)) void handler(request, response, next);
    else next();
  };
}

/** For logs and figures: the route as the table writes it, never the address with its ids. */
function named({ name }: Endpoint) {
  return (_request: Request, response: Response, next: NextFunction): void => {
    response.locals['route'] = name;
    next();
  };
}
