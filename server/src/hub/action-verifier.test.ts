import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { importPublicKey, verifyAction } from '@sanji/sync/domain/signing';
import { makeSigner } from '@sanji/sync/testing/factories';
import type { SignedAction } from '@sanji/sync/domain/action';
import { actionVerifier } from './action-verifier.ts';

const own = await makeSigner();
const other = await makeSigner('device02');
const action = await own.sign('note', { payload: { text: '五华区' } });
const stranger = await other.sign('note');

const CASES: [what: string, given: SignedAction, isGood: boolean][] = [
  ['as it was signed', action, true],
  ['with its fields in another order', { ...action, body: reversed(action.body) }, true],
  ['with another body', { ...action, body: { ...action.body, at: action.body.at + 1 } }, false],
  ['with another hash', { ...action, hash: stranger.hash }, false],
  ['with the signature of another action', { ...action, sig: stranger.sig }, false],
  ['of another device', stranger, false],
  ['without a signature', { ...action, sig: '' }, false],
  ['with a signature cut short', { ...action, sig: action.sig.slice(2) }, false],
  ['with a signature that is no base64url', { ...action, sig: 'ä'.repeat(86) }, false],
];

test.each(CASES)('an action %s is judged as the domain judges it', async (_what, given, isGood) => {
  expect(await actionVerifier()(given, own.key)).toBe(isGood);
  expect(await verifyAction(given, await importPublicKey(own.key.publicKey))).toBe(isGood);
});

test('a device that came back under another key is held to the new one', async () => {
  const verify = actionVerifier();
  const renewed = { ...own.key, publicKey: other.key.publicKey };
  expect(await verify(action, own.key)).toBe(true);
  expect(await verify(action, renewed)).toBe(false);
});

// One number in 256 begins with a zero byte, which its written form leaves out.
test.each([
  ['first', 0],
  ['second', 32],
])('a signature whose %s number is short is good', async (_which, place) => {
  let signed = await own.signBody(action.body);
  while (Buffer.from(signed.sig, 'base64url')[place] !== 0) signed = await own.signBody(action.body);
  expect(await actionVerifier()(signed, own.key)).toBe(true);
});

test.each(['A'.repeat(86), `${'A'.repeat(43)}${action.sig.slice(43)}`])(
  'a signature of nothing, or half of nothing, is refused',
  async (sig) => {
    expect(await actionVerifier()({ ...action, sig }, own.key)).toBe(false);
  },
);

test('many are checked together, each by itself, under the key of its own device', async () => {
  const verify = actionVerifier();
  const bodies = Array.from({ length: 40 }, (_, i) => ({ ...action.body, at: action.body.at + i }));
  const signed = await Promise.all(bodies.map((body) => own.signBody(body)));
  const given = [...signed, { ...action, sig: stranger.sig }, stranger, ...signed];
  const verdicts = await Promise.all(
    given.map((each) => verify(each, each === stranger ? other.key : own.key)),
  );
  expect(verdicts).toEqual(given.map(({ sig }) => sig !== stranger.sig).with(41, true));
});

test('a key that is none has signed nothing, and spoils nobody else’s', async () => {
  const verify = actionVerifier();
  const none = { ...own.key, publicKey: { ...own.key.publicKey, x: 'AAAA' } };
  const verdicts = await Promise.all(
    Array.from({ length: 20 }, (_, i) => verify(action, i === 7 ? none : own.key)),
  );
  expect(verdicts).toEqual(Array.from({ length: 20 }, (_, i) => i !== 7));
});

test('a process waits for what it has asked, and ends when nothing is left to do', async () => {
  const program = `
    const { actionVerifier } = await import(${JSON.stringify(new URL('action-verifier.ts', import.meta.url).href)});
    const verify = actionVerifier();
    const asked = Array.from({ length: 20 }, () => verify(${JSON.stringify(action)}, ${JSON.stringify(own.key)}));
    console.log(String(await Promise.all(asked)));`;
  const args = ['--eval', `void (async () => {${program}})()`];
  // Without an end of its own it is ended, which is an error here.
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  expect(stdout.trim()).toBe(String(Array.from({ length: 20 }, () => true)));
}, 30_000);

function reversed<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).reverse()) as T;
}
