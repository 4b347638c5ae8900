/** Whose cases a device may see: a terminal its unit's, a street relay those of its street. */
import type { Catalog, DeviceKey } from './catalog.ts';
import type { UnitCode } from './identifiers.ts';

/** The street and its communities, those too that take no cases any more: their cases stay theirs. */
export function unitsOfStreet({ units }: Pick<Catalog, 'units'>, street: UnitCode): UnitCode[] {
  const communities = [...units.values()].filter(({ parent }) => parent === street).map(({ code }) => code);
  return [street, ...communities.sort()];
}

/** Sorted for a relay by code, its own unit first. */
export function scopeOf(catalog: Pick<Catalog, 'units'>, device: DeviceKey): UnitCode[] {
  return device.kind === 'relay' ? unitsOfStreet(catalog, device.unit) : [device.unit];
}
