/**
 * A terminal proves that it holds its key and gets a token for replication. Tokens are signed by a secret kept in the directory, so any
 * hub process takes them; whether the device is still active is asked of the catalog at every request.
 */
import { randomBytes } from 'node:crypto';
import { SignJWT, jwtVerify } from 'jose';
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { importPublicKey, verifyValue } from '@sanji/sync/domain/signing';
import type { Clock } from '@sanji/sync/replication/ports';
import type { DirectoryStore } from '../store/directory-store.ts';

const TOKEN_MS = 12 * 3_600_000;
const ISSUER = 'hub';
const AUDIENCE = 'sync';
/** Between the clocks of several machines; one that was further ahead has been put right since, and its tokens count no more. */
const CLOCK_SLACK_MS = 5 * 60_000;
/** Sessions whose nonce is remembered: more than a device opens in three months. */
const REMEMBERED = 200;

export interface SessionRequest {
  deviceId: string;
  /** The device's clock. Signed, not trusted: a terminal whose clock is wrong must still be able to hand in its work. */
  at: number;
  nonce: string;
  sig: string;
}

export interface DeviceTokensDeps {
  directory: DirectoryStore;
  clock: Clock;
  findDevice: (deviceId: string) => DeviceKey | undefined;
}

export class DeviceTokens {
  readonly #directory: DirectoryStore;
  readonly #clock: Clock;
  readonly #findDevice: (deviceId: string) => DeviceKey | undefined;
  readonly #secret: Uint8Array;

  private constructor(deps: DeviceTokensDeps, secret: Uint8Array) {
    this.#directory = deps.directory;
    this.#clock = deps.clock;
    this.#findDevice = deps.findDevice;
    this.#secret = secret;
  }

  static async open(deps: DeviceTokensDeps): Promise<DeviceTokens> {
    const secrets = deps.directory.documents<{ secret: string }>('hub-secret');
    await secrets.put('device-tokens', { secret: randomBytes(32).toString('base64url') });
    const found = await secrets.find('device-tokens');
    if (found === undefined) throw new Error('the secret of the device tokens cannot be read back');
    return new DeviceTokens(deps, Buffer.from(found.value.secret, 'base64url'));
  }

  /** Problems: device-unknown, device-revoked, signature-invalid (also for a nonce seen before). */
  async open(
    request: SessionRequest,
  ): Promise<Result<{ token: string; expiresAt: number; device: DeviceKey }>> {
    const { deviceId, at, nonce, sig } = request;
    const device = this.#active(deviceId);
    if (!device.ok) return device;
    const key = await importPublicKey(device.value.publicKey);
    const isProven = await verifyValue({ deviceId, at, nonce }, sig, key);
    if (!isProven || !(await this.#isFresh(deviceId, nonce))) {
      return refused('signature-invalid', { actionId: '' });
    }
    const expiresAt = this.#clock.now() + TOKEN_MS;
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(deviceId)
      .setIssuedAt(Math.floor(this.#clock.now() / 1000))
      .setExpirationTime(Math.floor(expiresAt / 1000))
      .sign(this.#secret);
    return { ok: true, value: { token, expiresAt, device: device.value } };
  }

  /** Problems: login-required, device-unknown, device-revoked. */
  async verify(token: string): Promise<Result<DeviceKey>> {
    let subject: string | undefined;
    try {
      const options = {
        issuer: ISSUER,
        audience: AUDIENCE,
        algorithms: ['HS256'],
        currentDate: new Date(this.#clock.now()),
      };
      const { sub, iat } = (await jwtVerify(token, this.#secret, options)).payload;
      const isFromNow = iat !== undefined && iat * 1000 - this.#clock.now() <= CLOCK_SLACK_MS;
      subject = isFromNow ? sub : undefined;
    } catch {
      // Whatever is wrong with a token, the way on is the same: prove the key again.
      return refused('login-required');
    }
    return subject === undefined ? refused('login-required') : this.#active(subject);
  }

  #active(deviceId: string): Result<DeviceKey> {
    const device = this.#findDevice(deviceId);
    if (device === undefined) return refused('device-unknown', { deviceId });
    return device.status === 'revoked'
      ? refused('device-revoked', { deviceId })
      : { ok: true, value: device };
  }

  /** A captured request must not open a second session. */
  async #isFresh(deviceId: string, nonce: string): Promise<boolean> {
    const documents = this.#directory.documents<{ nonces: string[] }>('device-nonces');
    for (;;) {
      const found = await documents.find(deviceId);
      const known = found?.value.nonces ?? [];
      if (known.includes(nonce)) return false;
      const value = { nonces: [...known, nonce].slice(-REMEMBERED) };
      if ((await documents.put(deviceId, value, found?.rev)) === 'written') return true;
    }
  }
}
