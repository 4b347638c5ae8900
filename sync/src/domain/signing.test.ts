import canonicalJson from 'canonicalize';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeSigner } from '../testing/factories.ts';
import type { SignedAction } from './action.ts';
import {
  canonicalize,
  importPublicKey,
  signAction,
  newDeviceKeys,
  verifyAction,
  verifyChain,
} from './signing.ts';

const signer = await makeSigner();
const other = await makeSigner('device02');
const chain: SignedAction[] = [];
for (let i = 0; i < 6; i++) chain.push(await signer.sign('note'));

it('verifies an action by its device’s key, whatever order its fields arrive in', async () => {
  const key = await importPublicKey(signer.key.publicKey);
  const [action] = chain as [SignedAction];
  const turned = {
    ...action,
    body: Object.fromEntries(Object.entries(action.body).reverse()),
  } as typeof action;
  expect(await verifyAction(action, key)).toBe(true);
  expect(await verifyAction(turned, key)).toBe(true);
});

it('refuses another device’s key, an altered body, and a signature that is none', async () => {
  const key = await importPublicKey(signer.key.publicKey);
  const [action] = chain as [SignedAction];
  expect(await verifyAction(action, await importPublicKey(other.key.publicKey))).toBe(false);
  expect(await verifyAction({ ...action, body: { ...action.body, at: 1 } }, key)).toBe(false);
  expect(await verifyAction({ ...action, sig: 'äöü' }, key)).toBe(false);
  expect(await verifyAction({ ...action, sig: '' }, key)).toBe(false);
});

it('writes canonical JSON as the library does, in whatever order the keys stand', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(canonicalize(value)).toBe(text);
      // In order now, but for keys that look like numbers.
      expect(canonicalize(JSON.parse(text ?? ''))).toBe(text);
    }),
  );
  expect(() => canonicalize({ a: '\ud800' })).toThrow();
  expect(() => canonicalize({ '\ud800': 1 })).toThrow();
  expect(() => canonicalize([NaN])).toThrow();
});

it('keeps the private key inside', async () => {
  const { privateKey } = await newDeviceKeys();
  await expect(crypto.subtle.exportKey('jwk', privateKey)).rejects.toThrow();
});

it('finds nothing wrong with a whole chain, in any order and delivered twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...chain, ...chain], { minLength: chain.length * 2 }),
      async (delivered) => {
        expect(await verifyChain(delivered)).toEqual([]);
      },
    ),
  );
});

it('finds a missing action wherever it was, but for the last', async () => {
  for (let gap = 0; gap < chain.length - 1; gap++) {
    const faults = await verifyChain(chain.filter((_, index) => index !== gap));
    expect(faults).toEqual([{ actionId: `device01.${String(gap + 2)}`, fault: 'missing' }]);
  }
});

it('finds an altered action wherever it is', async () => {
  for (const [position, action] of chain.entries()) {
    const altered = { ...action, body: { ...action.body, at: action.body.at + 1 } };
    const faults = await verifyChain(chain.with(position, altered));
    expect(faults).toEqual([{ actionId: action.body.id, fault: 'altered' }]);
  }
});

it('finds a fork: two actions after the same one, under one id or two', async () => {
  const { privateKey } = await newDeviceKeys();
  const last = chain[5] as SignedAction;
  const twin = await signAction({ ...last.body, at: last.body.at + 1 }, privateKey);
  const branch = await signAction({ ...last.body, id: 'device01.7' }, privateKey);
  expect(await verifyChain([...chain, twin])).toEqual([{ actionId: 'device01.6', fault: 'forked' }]);
  expect(await verifyChain([...chain, branch])).toEqual([{ actionId: 'device01.7', fault: 'forked' }]);
});

it('goes on from the hash verified before', async () => {
  const start = new Map([['device01', chain[2]?.hash ?? '']]);
  expect(await verifyChain(chain.slice(3), start)).toEqual([]);
  expect(await verifyChain(chain.slice(4), start)).toEqual([{ actionId: 'device01.5', fault: 'missing' }]);
});
