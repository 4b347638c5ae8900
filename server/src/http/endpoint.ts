/**
 * One route of the hub as a value: name, input, answer, handler. A handler gets parsed input and gives a result; it never sees the
 * request. The edge (app.ts) authorises by the access table before any input is read.
 */
import type { Response } from 'express';
import type { z } from 'zod';
import type { Result } from '@sanji/sync/domain/problem';
import type { DeviceKey, Staff } from '@sanji/sync/domain/catalog';
import type { RouteName } from './access.ts';

export interface StaffCaller {
  kind: 'staff';
  staff: Staff;
  sessionId: string;
  /** The second factor was shown in this session. */
  isProven: boolean;
}
export interface DeviceCaller {
  kind: 'device';
  device: DeviceKey;
}
export type Caller = { kind: 'nobody' } | StaffCaller | DeviceCaller;

export interface Asked<B, Q> {
  body: B;
  query: Q;
  params: Record<string, string>;
  /** Who asks, at the network: for limits only, never logged with a person. */
  address: string;
  /** The secret of the session that the request named, open or not. */
  presented?: string;
}

export interface Answer {
  status?: 200 | 201 | 204;
  json?: unknown;
  /** The secret of the session that begins, or undefined for the one that ends. */
  session?: { token: string | undefined };
  /** Writes the answer itself; resolves when it has ended. */
  stream?: (response: Response, signal: AbortSignal) => Promise<void>;
}

interface Described<B, Q> {
  name: RouteName;
  summary: string;
  /** Parsed against before the handler is called. */
  body?: z.ZodType<B>;
  query?: z.ZodType<Q>;
  bodyType?: 'json' | 'text';
  /** Default 64 KB. */
  maxBytes?: number;
  /** Names and values in a JSON body. Default: as many as fit into `maxBytes` when nobody makes them short on purpose. */
  maxValues?: number;
  /** The answer lasts as long as the caller listens. */
  isEndless?: boolean;
  /** What a good answer holds, for the OpenAPI document. */
  answers?: { schema: z.ZodType; status?: 200 | 201 | 204; mediaType?: string };
}
type Handled = Promise<Result<Answer>>;

export interface Endpoint extends Described<unknown, unknown> {
  handle: (asked: Asked<unknown, unknown>, caller: Caller) => Handled;
}

export function answered(json: unknown, status: 200 | 201 = 200): { ok: true; value: Answer } {
  return { ok: true, value: { json, status } };
}
export const NOTHING: { ok: true; value: Answer } = { ok: true, value: { status: 204 } };

/** A route that needs no caller. */
export function forAnyone<B = undefined, Q = undefined>(
  route: Described<B, Q> & { handle: (asked: Asked<B, Q>) => Handled },
): Endpoint {
  // Input reaches the handler through the route's own schema only, so the types hold by construction.
  return { ...route, handle: (asked) => route.handle(asked as Asked<B, Q>) } as Endpoint;
}

export function forStaff<B = undefined, Q = undefined>(
  route: Described<B, Q> & { handle: (asked: Asked<B, Q>, caller: StaffCaller) => Handled },
): Endpoint {
  return {
    ...route,
    handle: (asked, caller) => {
      if (caller.kind !== 'staff') throw new Error(`${route.name} was called without a person`);
      return route.handle(asked as Asked<B, Q>, caller);
    },
  } as Endpoint;
}

export function forDevice<B = undefined, Q = undefined>(
  route: Described<B, Q> & { handle: (asked: Asked<B, Q>, caller: DeviceCaller) => Handled },
): Endpoint {
  return {
    ...route,
    handle: (asked, caller) => {
      if (caller.kind !== 'device') throw new Error(`${route.name} was called without a device`);
      return route.handle(asked as Asked<B, Q>, caller);
    },
  } as Endpoint;
}

export function methodOf(route: { name: RouteName }): string {
  return route.name.slice(0, route.name.indexOf(' '));
}
export function pathOf(route: { name: RouteName }): string {
  return route.name.slice(route.name.indexOf(' ') + 1);
}
