/** Terminals: joining by a one-time code, the list, and taking one out of service. */
import { z } from 'zod';
import { keyPrint } from '@sanji/sync/audit/export-format';
import { refused } from '@sanji/sync/domain/problem';
import { answered, forAnyone, forStaff, NOTHING, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';
import type { DeviceRecord, DirectoryStore } from '../store/directory-store.ts';
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
    /** The whole catalog as of `at`; `rulesSeq`: the newest publication of rules in it. */
    catalog: z.object({ at: millis, rulesSeq: z.int(), officeSeq: z.int().optional() }).optional(),
    revoked: z.object({ at: millis, by: z.string(), reason: z.string() }).optional(),
    /** Actions of its chain that other actions build on and the hub has not got. */
    missing: z.int(),
    marks: z.array(z.string()),
  }),
);

/** The hub's own hands, one an epoch; enrolment gives out no such id. */
function isHub(id: string): boolean {
  return id.startsWith('hub');
}

/** Free text of the administrator: why, never about whom. */
const revocation = z.object({ reason: z.string().trim().min(1).max(200) });

export function deviceRoutes({ enrolment, catalog, stores, clock, audit }: Container): Endpoint[] {
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
        const [records, marked, chains] = await Promise.all([
          stores.directory.listDevices(),
          stores.quarantine.markedDevices(),
          stores.quarantine.chains(),
        ]);
        const missing = new Map(
          chains.map(({ finding: { deviceId: id, faults } }) => [
            id,
            faults.filter(({ fault }) => fault === 'missing').length,
          ]),
        );
        const marks = new Map(marked.map((mark) => [mark.deviceId, mark.reasons]));
        const known = new Map(records.map((record) => [record.device.deviceId, record]));
        const published = [...catalog.current().devices.values()].filter(({ deviceId: id }) => !isHub(id));
        return answered(
          published.map((device) => {
            const record = known.get(device.deviceId);
            const { enrolledAt, enrolledBy, lastSeenAt, revoked } = record ?? {};
            return {
              device,
              ...(enrolledAt !== undefined && { enrolledAt }),
              ...(enrolledBy !== undefined && { enrolledBy }),
              ...(lastSeenAt !== undefined && { lastSeenAt }),
              ...(record?.catalog !== undefined && { catalog: record.catalog }),
              ...(revoked !== undefined && { revoked }),
              missing: missing.get(device.deviceId) ?? 0,
              marks: marks.get(device.deviceId) ?? [],
            };
          }),
        );
      },
    }),
    forStaff({
      name: 'POST /api/devices/:deviceId/revoke',
      summary: 'Take a terminal out of service: from now on its key and its token count for nothing.',
      body: revocation,
      answers: { schema: z.undefined(), status: 204 },
      async handle({ params, body: { reason } }, { staff }) {
        const device = catalog.current().devices.get(params['deviceId'] ?? '');
        if (device === undefined) return refused('not-found');
        // Without its own key the hub could not act, nor be believed in what it did before a restore; it is no terminal that could be lost.
        if (isHub(device.deviceId)) return refused('forbidden');
        await catalog.put([{ kind: 'device', device: { ...device, status: 'revoked' } }]);
        await noteRevocation(stores.directory, device.deviceId, {
          at: clock.now(),
          by: staff.staffId,
          reason,
        });
        await audit({
          kind: 'device-revoked',
          staffId: staff.staffId,
          object: `device:${device.deviceId}`,
          result: 'ok',
          details: { reason },
        });
        return NOTHING;
      },
    }),
  ];
}

/** The first reason stays. Nothing for a terminal the directory has forgotten in a restore. */
async function noteRevocation(
  directory: DirectoryStore,
  id: string,
  revoked: NonNullable<DeviceRecord['revoked']>,
): Promise<void> {
  for (;;) {
    const found = await directory.findDevice(id);
    if (found === undefined || found.value.revoked !== undefined) return;
    if ((await directory.putDevice({ ...found.value, revoked }, found.rev)) === 'written') return;
  }
}
