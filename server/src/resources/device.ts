/** Terminals: joining by a one-time code, the list, and taking one out of service. */
import { z } from 'zod';
import { keyPrint } from '@sanji/sync/audit/export-format';
import { refused } from '@sanji/sync/domain/problem';
import { answered, forAnyone, forStaff, NOTHING, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';
import { deviceId, deviceKey, millis, publicKey, unitCode } from './schemas.ts';

const enrolled = z.object({
  deviceId,
  unit: unitCode,
  unitName: z.string(),
  terminal: z.string(),
  device: deviceKey,
});
const listed = z.array(
  z.object({
    device: deviceKey,
    /** Absent for a terminal that came back after a restore: the hub has forgotten how it joined. */
    enrolledAt: millis.optional(),
    enrolledBy: z.string().optional(),
    lastSeenAt: millis.optional(),
    marks: z.array(z.string()),
  }),
);

/** The hub's own hands, one an epoch; enrolment gives out no such id. */
function isHub(id: string): boolean {
  return id.startsWith('hub');
}

export function deviceRoutes({ enrolment, catalog, stores, audit }: Container): Endpoint[] {
  return [
    forAnyone({
      name: 'POST /api/devices/enrol',
      summary: 'Join a unit with a one-time code and the terminal’s public key.',
      body: z.object({
        code: z.string().min(1).max(40),
        publicKey,
        kind: z.literal('relay').exactOptional(),
      }),
      answers: { schema: enrolled, status: 201 },
      async handle({ body }) {
        const joined = await enrolment.enrol(body);
        const object = joined.ok ? `device:${joined.value.deviceId}` : 'device';
        await audit({
          kind: 'device-enrolled',
          staffId: '-',
          object,
          result: joined.ok ? 'ok' : 'refused',
          // A key put in the place of this one later shows.
          ...(joined.ok && { details: { key: await keyPrint(body.publicKey) } }),
        });
        return joined.ok ? answered(joined.value, 201) : joined;
      },
    }),
    forStaff({
      name: 'GET /api/devices',
      summary: 'All terminals, with what the hub noticed about them.',
      answers: { schema: listed },
      async handle() {
        const [records, marked] = await Promise.all([
          stores.directory.listDevices(),
          stores.quarantine.markedDevices(),
        ]);
        const marks = new Map(marked.map((mark) => [mark.deviceId, mark.reasons]));
        const known = new Map(records.map((record) => [record.device.deviceId, record]));
        const published = [...catalog.current().devices.values()].filter(({ deviceId: id }) => !isHub(id));
        return answered(
          published.map((device) => {
            const { enrolledAt, enrolledBy, lastSeenAt } = known.get(device.deviceId) ?? {};
            return {
              device,
              ...(enrolledAt !== undefined && { enrolledAt }),
              ...(enrolledBy !== undefined && { enrolledBy }),
              ...(lastSeenAt !== undefined && { lastSeenAt }),
              marks: marks.get(device.deviceId) ?? [],
            };
          }),
        );
      },
    }),
    forStaff({
      name: 'POST /api/devices/:deviceId/revoke',
      summary: 'Take a terminal out of service: from now on its key and its token count for nothing.',
      answers: { schema: z.undefined(), status: 204 },
      async handle({ params }, { staff }) {
        const device = catalog.current().devices.get(params['deviceId'] ?? '');
        if (device === undefined) return refused('not-found');
        // Without its own key the hub could not act, nor be believed in what it did before a restore; it is no terminal that could be lost.
        if (isHub(device.deviceId)) return refused('forbidden');
        await catalog.put([{ kind: 'device', device: { ...device, status: 'revoked' } }]);
        await audit({
          kind: 'device-revoked',
          staffId: staff.staffId,
          object: `device:${device.deviceId}`,
          result: 'ok',
        });
        return NOTHING;
      },
    }),
  ];
}
