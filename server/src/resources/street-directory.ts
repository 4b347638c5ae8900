/** For a street relay alone: the part of the directory with which it stands in for the hub while the line is down. */
import { z } from 'zod';
import { answered, forDevice, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';
import { directoryPart, type DirectoryUnchanged } from '../hub/directory-part.ts';
import { deviceKey, millis } from './schemas.ts';

const part = z.object({
  v: z.literal(1),
  digest: z.string(),
  staff: z
    .array(
      z.object({
        staffId: z.string(),
        passwordHash: z.string(),
        passwordChangedAt: millis,
        mustChange: z.boolean().exactOptional(),
      }),
    )
    .exactOptional(),
  devices: z
    .array(z.object({ device: deviceKey, enrolledAt: millis, enrolledBy: z.string(), sealKey: z.string() }))
    .exactOptional(),
});

export function streetDirectoryRoutes({ catalog, stores, audit }: Container): Endpoint[] {
  return [
    forDevice({
      name: 'GET /sync/directory',
      summary:
        'For a street relay: how its street’s staff log in and what its street’s terminals seal with. Only the digest when it is the known one.',
      query: z.object({ known: z.string().max(100).optional() }),
      answers: { schema: part },
      async handle({ query: { known } }, { device }) {
        const found = await directoryPart(stores.directory, catalog.current(), device);
        const { v, digest, staff, devices } = found;
        if (digest === known) return answered({ v, digest } satisfies DirectoryUnchanged);
        await audit({
          kind: 'directory-to-relay',
          staffId: '-',
          object: `device:${device.deviceId}`,
          result: 'ok',
          details: { unit: device.unit, staff: staff.length, devices: devices.length },
        });
        return answered(found);
      },
    }),
  ];
}
