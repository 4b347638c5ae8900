/** The table of contents of a street relay: what it answers itself, under the same names and the same access table as a hub. */
import { MAX_BUNDLE_BYTES, MAX_BUNDLE_VALUES, bundleSchema } from '@sanji/sync/protocol/bundle';
import { MAX_GIVE_BACK_BYTES, PROTOCOL_VERSION } from '@sanji/sync/protocol/messages';
import { refused } from '@sanji/sync/domain/problem';
import { answered, forDevice, type Endpoint } from '../http/endpoint.ts';
import { bundleTaken } from '../resources/bundle.ts';
import { healthRoutes } from '../resources/health.ts';
import { openApiRoute } from '../resources/openapi.ts';
import { givenBack, givenBackAnswer } from '../resources/restore.ts';
import { sessionRoutes } from '../resources/session.ts';
import { syncRoutes } from '../resources/sync.ts';
import type { RelayContainer } from './relay-container.ts';

export function relayEndpoints(container: RelayContainer): Endpoint[] {
  const { identity, relay, logins, isInService, isLineUp, clock, line } = container;
  const sessions = sessionRoutes(container, async (staffId, password) =>
    isInService() ? logins.login(staffId, password) : refused('unavailable'),
  );
  const endpoints: Endpoint[] = [
    ...healthRoutes(container, () => {
      const { pending, parked } = relay.store.counts();
      return {
        street: identity.street,
        line: !isInService() ? 'revoked' : isLineUp() ? 'up' : 'down',
        pending,
        parked,
      };
    }),
    // A password is changed where it is kept: at the district.
    ...sessions.filter(({ name }) => name !== 'POST /api/session/password'),
    ...syncRoutes(container),
    forDevice({
      name: 'POST /sync/catalog',
      summary: 'A relay publishes nothing, so it has forgotten nothing: it takes nothing back.',
      body: givenBack,
      maxBytes: MAX_GIVE_BACK_BYTES,
      answers: { schema: givenBackAnswer },
      handle: () => Promise.resolve(answered({ v: PROTOCOL_VERSION, hubNow: clock.now(), taken: 0 })),
    }),
    forDevice({
      name: 'POST /sync/bundle',
      summary: 'Handed on to the district, which rules on it: only while the line is up.',
      body: bundleSchema,
      maxBytes: MAX_BUNDLE_BYTES,
      maxValues: MAX_BUNDLE_VALUES,
      answers: { schema: bundleTaken },
      async handle({ body }) {
        const taken = await line.bundle(body);
        return taken.ok ? answered(taken.value) : taken;
      },
    }),
    openApiRoute(() => endpoints),
  ];
  return endpoints;
}
