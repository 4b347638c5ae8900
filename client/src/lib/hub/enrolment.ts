import type { DeviceKey } from '@sanji/sync/domain/catalog';
import type { Result } from '@sanji/sync/domain/problem';
import { askJson } from './http.ts';

export interface Enrolled {
  deviceId: string;
  unit: string;
  terminal: string;
  device: DeviceKey;
  unitName: string;
}

/** Spends the one-time code. A second call with the same code is refused with `code-invalid`. */
export function enrol(code: string, publicKey: DeviceKey['publicKey']): Promise<Result<Enrolled>> {
  return askJson({ method: 'POST', path: '/api/devices/enrol', body: { code, publicKey } });
}
