/** The shapes that several resources take or give. */
import { z } from 'zod';
import { ROLES } from '@sanji/sync/domain/action';
import { MODES } from '@sanji/sync/domain/catalog';
import { DEVICE_ID, TIERS, UNIT_CODE } from '@sanji/sync/domain/identifiers';

export const unitCode = z.string().regex(UNIT_CODE);
export const deviceId = z.string().regex(DEVICE_ID);
export const staffId = z.string().regex(/^[a-z][a-z0-9-]{1,39}$/);
export const millis = z.int();
const base64Url = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\w-]+$/);
export const signature = base64Url(100);

export const publicKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: base64Url(43).length(43),
  y: base64Url(43).length(43),
});

export const deviceKey = z.object({
  deviceId,
  unit: unitCode,
  terminal: z.string(),
  publicKey: publicKey.loose(),
  status: z.enum(['active', 'revoked']),
  kind: z.literal('relay').exactOptional(),
});

export const staff = z.object({
  staffId: z.string(),
  name: z.string(),
  unit: unitCode,
  roles: z.array(z.enum(ROLES)),
  position: z.object({ zh: z.string(), en: z.string() }),
  active: z.boolean(),
});

export const tierRule = z.strictObject({
  matterId: z.string().min(1).max(60),
  tier: z.enum(TIERS),
  unit: unitCode.exactOptional(),
  mode: z.enum(MODES),
  decideAt: z.enum(TIERS),
  condition: z
    .strictObject({
      text: z.string().trim().min(1).max(500),
      en: z.string().trim().min(1).max(500).exactOptional(),
      residence: z.boolean().exactOptional(),
      maxHeadCount: z.int().min(1).exactOptional(),
    })
    .exactOptional(),
  offlineAllowed: z.boolean(),
  autoForward: z.boolean().exactOptional(),
  resultOffline: z.boolean().exactOptional(),
});

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  retry: z.enum(['backoff', 'after-login', 'never', 'needs-person']),
});
