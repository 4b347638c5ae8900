/** Who knocks: each a set of headers, the unit it may read, and what the access table says of it. */
import { createHmac } from 'node:crypto';
import type { Access } from '@sanji/server/http/access';
import type { Role } from '@sanji/sync/domain/action';
import type { Planted } from './planted-hub.ts';

export interface Caller {
  name: string;
  headers: Record<string, string>;
  /** Whose documents it may see; absent: nobody's. */
  unit?: string;
  /** Undefined: let in. Otherwise the code it must be refused with, before anything is read. */
  refusal(access: Access): 'login-required' | 'forbidden' | 'device-revoked' | undefined;
}

export function callersOf(planted: Planted): Caller[] {
  const { cookieOf, community, street, district, revoked } = planted;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const people = planted.hub.hub.container.catalog.current().staff;
  const person = (staffId: string): Caller => ({
    name: `the person ${staffId}`,
    headers: { cookie: cookieOf(staffId) },
    refusal: (access) => personRefusal(access, people.get(staffId)?.roles ?? []),
  });
  const device = (name: string, { token, unit }: { token: string; unit: string }): Caller => ({
    name,
    headers: bearer(token),
    unit,
    refusal: deviceRefusal,
  });
  const stranger = (name: string, headers: Record<string, string>): Caller => ({
    name,
    headers,
    refusal: (access) => (access === 'public' ? undefined : 'login-required'),
  });
  return [
    stranger('nobody', {}),
    stranger('a made-up cookie', { cookie: `sanji_session=${'A'.repeat(43)}` }),
    stranger('a cookie that is a prototype', { cookie: 'sanji_session=__proto__; __proto__=x' }),
    stranger('two cookies', { cookie: `sanji_session=x; ${cookieOf('yangxm').replace('=', '=%00')}` }),
    stranger('a token that nobody signed', bearer(tokenOf(community.deviceId, { alg: 'none' }))),
    stranger(
      'a token of another secret',
      bearer(tokenOf(community.deviceId, { alg: 'HS256', secret: 'guess' })),
    ),
    stranger(
      'a token signed with the public key',
      bearer(
        tokenOf(community.deviceId, {
          alg: 'HS256',
          secret: planted.hub.hub.container.hubDevice.publicKey.x,
        }),
      ),
    ),
    stranger('a person’s cookie as a token', bearer(cookieOf('wug').split('=')[1] ?? '')),
    stranger('a terminal’s token as a cookie', { cookie: `sanji_session=${community.token}` }),
    {
      name: 'a terminal taken out of service',
      headers: bearer(revoked.token),
      refusal: (access) =>
        access === 'public'
          ? undefined
          : access === 'device' || access === 'relay'
            ? 'device-revoked'
            : 'login-required',
    },
    device('the terminal of the community', community),
    device('the terminal of the street', street),
    device('the terminal of the district', district),
    ...['yangxm', 'puyl', 'mayj', 'hewj', 'sunl', 'zhouj', 'wug'].map(person),
  ];
}

function deviceRefusal(access: Access) {
  if (access === 'public' || access === 'device') return undefined;
  return access === 'relay' ? 'forbidden' : 'login-required';
}

function personRefusal(access: Access, roles: readonly Role[]) {
  if (access === 'public' || access === 'staff') return undefined;
  if (access === 'device' || access === 'relay') return 'login-required';
  return roles.some((role) => access.includes(role)) ? undefined : 'forbidden';
}

function tokenOf(deviceId: string, { alg, secret = '' }: { alg: 'none' | 'HS256'; secret?: string }): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg })}.${encode({ iss: 'hub', sub: deviceId, exp: 4_102_444_800 })}`;
  const sig = alg === 'none' ? '' : createHmac('sha256', secret).update(signed).digest('base64url');
  return `${signed}.${sig}`;
}
