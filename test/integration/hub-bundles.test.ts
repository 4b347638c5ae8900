import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { feedOf } from '@sanji/sync/domain/identifiers';
import type { SealKey } from '@sanji/sync/domain/sealing';
import { canonicalize, signValue, toBase64Url } from '@sanji/sync/domain/signing';
import { makeBundle, verifyBundle, type Bundle } from '@sanji/sync/protocol/bundle';
import { openAnswer, type AnswerContent } from '@sanji/sync/protocol/bundle-content';
import { hubKeys, isReceiptFor, type HandoverReceipt } from '@sanji/sync/protocol/handover';
import { ask, login, startTestHub, type Asked, type TestHub } from './running-hub.ts';
import { bundleOf, sealKeyOf } from './test-bundle.ts';
import { TestStation } from './test-station.ts';

let hub: TestHub;
let community: TestStation;
let street: TestStation;
let district: TestStation;
let matterId: string;
let key: SealKey;

beforeAll(async () => {
  hub = await startTestHub();
  community = await TestStation.join(hub, 'yangxm');
  street = await TestStation.join(hub, 'puyl');
  district = await TestStation.join(hub, 'zhaom');
  matterId = community.forwardedMatter(street);
  key = await sealKeyOf(community, 'yangxm');
});
afterAll(() => hub.end());

const bring = (bundle: unknown, carrier: TestStation): Promise<Asked> =>
  ask(hub.url, 'POST /sync/bundle', { body: bundle, headers: carrier.headers });
const handIn = (bundle: unknown): Promise<Asked> => ask(hub.url, 'POST /sync/handover', { body: bundle });
const asks = { cases: null, catalog: null };
const keysOfHub = () => hubKeys(hub.hub.container.catalog.current().devices);
const mastersOf = (caseIds: string[]) => hub.hub.container.stores.master.getMany(caseIds);

async function opened(answered: Asked, reader: SealKey): Promise<AnswerContent> {
  const answer = answered.body['answer'] as Bundle;
  const [own] = keysOfHub();
  if (own === undefined) throw new Error('the hub has no key');
  expect(await verifyBundle(answer, own)).toBeUndefined();
  const content = await openAnswer(reader, answer);
  if (content === undefined) throw new Error('the answer does not open');
  return content;
}

async function auditOf(kind: string): Promise<Record<string, unknown>[]> {
  const headers = await login(hub.url, 'wug');
  return (await ask(hub.url, `GET /api/audit?kind=${kind}`, { headers })).body['entries'] as Record<
    string,
    unknown
  >[];
}

describe('a bundle carried in by others', () => {
  test('is ruled in its maker’s name, once however often and wherever it is imported, and answered for the maker alone', async () => {
    const pushed = await community.received('yangxm', matterId);
    const bundle = await bundleOf(community, { key, cases: [pushed], head: { asks } });
    const first = await bring(bundle, street);
    expect(first).toMatchObject({
      status: 200,
      body: { deviceId: community.deviceId, cases: 1, outcome: { accepted: 3, rejected: 0, refused: 0 } },
    });
    // What was just ruled is in the pages of the very first answer.
    expect(JSON.stringify((await opened(first, key)).pulls)).toContain(pushed.caseId);
    const before = await mastersOf([pushed.caseId]);
    const second = await bring(bundle, district);
    expect(second.body['outcome']).toEqual({ accepted: 3, rejected: 0, refused: 0 });
    expect(await mastersOf([pushed.caseId])).toEqual(before);
    expect(before[0]?.n).toBe(3);

    const answer = second.body['answer'] as Bundle;
    expect(answer).toMatchObject({ purpose: 'answer', to: community.deviceId });
    expect(answer.seq).toBeGreaterThan((first.body['answer'] as Bundle).seq);
    const content = await opened(second, key);
    expect(content.results).toMatchObject([{ result: { caseId: pushed.caseId, kind: 'delta', n: 3 } }]);
    const pages = content.pulls.filter(({ feed }) => feed === feedOf(community.unit));
    expect(JSON.stringify(pages)).toContain(pushed.caseId);
    expect(content.pulls[0]).toMatchObject({ feed: 'catalog', said: { ok: true } });
    expect(await openAnswer(await sealKeyOf(street, 'puyl'), answer)).toBeUndefined();
    expect(canonicalize(answer)).not.toContain('张三');
  });

  test('gives the maker what its own unit may see, whoever carries it', async () => {
    const foreign = await street.received('puyl', matterId);
    const { answer } = await street.push(foreign);
    expect(answer.results).toMatchObject([{ kind: 'delta', n: 3 }]);
    const bundle = await bundleOf(community, { key, head: { asks } });
    const content = await opened(await bring(bundle, street), key);
    expect(JSON.stringify(content)).not.toContain(foreign.caseId);
  });

  test('with an action somebody else signed: that case alone is refused, in words the maker reads', async () => {
    const [good, forged] = [
      await community.received('yangxm', matterId),
      await community.received('yangxm', matterId),
    ];
    const stolen = await street.sign(forged.caseId, 'yangxm', { kind: 'note', payload: { text: 'x' } });
    const [first, ...rest] = forged.actions;
    if (first === undefined) throw new Error('no action');
    const actions = [{ ...first, sig: stolen.sig }, ...rest];
    const bundle = await bundleOf(community, { key, cases: [good, { ...forged, actions }] });
    const answered = await bring(bundle, street);
    expect(answered.body['outcome']).toEqual({ accepted: 3, rejected: 0, refused: 3 });
    expect((await opened(answered, key)).results).toMatchObject([
      { result: { kind: 'delta' } },
      { result: { kind: 'refused', problem: { code: 'signature-invalid' } } },
    ]);
    expect(await mastersOf([forged.caseId])).toEqual([undefined]);
  });

  test('with a part that was damaged before: the others are taken, and it is named', async () => {
    const [good, lost] = [
      await community.received('yangxm', matterId),
      await community.received('yangxm', matterId),
    ];
    const stranger = await sealKeyOf(street, 'puyl');
    const spoilt = await bundleOf(community, { key: stranger, cases: [lost] });
    const whole = await bundleOf(community, { key, cases: [good] });
    const { hash: _hash, sig: _sig, parts: _parts, kind: _kind, v: _v, ...head } = whole;
    const parts = [...spoilt.parts, ...whole.parts].map(({ label, sealed }) => ({ label, sealed }));
    const both = await makeBundle(head, parts, (value) => signValue(value, community.keys.privateKey));
    expect(await bring(both, street)).toMatchObject({
      status: 200,
      body: { cases: 1, unreadable: [lost.caseId], outcome: { accepted: 3 } },
    });
  });

  test.each([
    ['signed by another terminal', 401, 'bundle-signature-invalid', () => ({ signer: street })],
    ['of a terminal nobody knows', 401, 'device-unknown', () => ({ head: { deviceId: 'd000000000000' } })],
    ['that claims another unit', 403, 'out-of-scope', () => ({ head: { unit: street.unit } })],
    ['that is a handover', 422, 'bundle-misplaced', () => ({ head: { purpose: 'handover' as const } })],
  ])('%s is refused and changes nothing', async (_what, status, code, spoil) => {
    const pushed = await community.received('yangxm', matterId);
    const answer = await bring(await bundleOf(community, { key, cases: [pushed], ...spoil() }), street);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(await mastersOf([pushed.caseId])).toEqual([undefined]);
  });

  test('changed on the way is refused with the place named, or as malformed', async () => {
    const pushed = await community.received('yangxm', matterId);
    const bundle = await bundleOf(community, { key, cases: [pushed] });
    const [part] = bundle.parts;
    if (part === undefined) throw new Error('no part');
    const swapped = {
      ...part,
      sealed: `${part.sealed.slice(0, -1)}${part.sealed.endsWith('A') ? 'B' : 'A'}`,
    };
    expect(await bring({ ...bundle, parts: [swapped] }, street)).toMatchObject({
      body: { code: 'bundle-part-altered', params: { part: 1 } },
    });
    expect((await bring({ ...bundle, seq: 9 }, street)).body['code']).toBe('bundle-head-altered');
    expect((await bring({ ...bundle, extra: 1 }, street)).body['code']).toBe('malformed');
    expect((await bring('{"kind":', street)).body['code']).toBe('malformed');
    expect(await mastersOf([pushed.caseId])).toEqual([undefined]);
  });

  test('that is too large is refused before it is read', async () => {
    const sealed = toBase64Url(new Uint8Array(3_100_000));
    const bundle = await bundleOf(community, { key });
    const hash = 'A'.repeat(43);
    const answer = await bring({ ...bundle, parts: [{ label: 'x', sealed, hash }] }, street);
    expect(answer).toMatchObject({ status: 413, body: { code: 'too-large' } });
  });

  test('is in the audit log with who made it and who carried it', async () => {
    const bundle = await bundleOf(community, { key, cases: [await community.received('yangxm', matterId)] });
    await bring(bundle, street);
    expect((await auditOf('bundle-imported'))[0]).toMatchObject({
      object: `device:${community.deviceId}`,
      result: 'ok',
      details: { carrier: street.deviceId, bundle: bundle.hash, accepted: 3 },
    });
  });
});

describe('a terminal that was taken out of service', () => {
  async function revoked(): Promise<{ lost: TestStation; own: SealKey }> {
    const lost = await TestStation.join(hub, 'yangxm');
    const own = await sealKeyOf(lost, 'yangxm');
    const headers = await login(hub.url, 'zhouj');
    await ask(hub.url, `POST /api/devices/${lost.deviceId}/revoke`, {
      headers,
      body: { reason: 'lost' },
    });
    return { lost, own };
  }

  test('hands over what is unsent once however often it does so; an administrator finds it, and nothing is ruled', async () => {
    const { lost, own } = await revoked();
    const pushed = await lost.received('yangxm', matterId);
    const stray = await lost.sign(pushed.caseId, 'yangxm', { kind: 'note', payload: { text: '我的话' } });
    const bundle = await bundleOf(lost, {
      key: own,
      cases: [pushed],
      strays: [stray],
      head: { purpose: 'handover' },
    });
    const first = await handIn(bundle);
    expect(first).toMatchObject({ status: 200, body: { filed: 4 } });
    expect(await isReceiptFor(bundle, first.body['receipt'] as HandoverReceipt, keysOfHub())).toBe(true);
    expect(await handIn(bundle)).toMatchObject({ status: 200, body: { filed: 4 } });
    expect(await mastersOf([pushed.caseId])).toEqual([undefined]);

    const headers = await login(hub.url, 'zhouj');
    const { body } = await ask(hub.url, 'GET /api/quarantine?limit=1000', { headers });
    const entries = (body['entries'] as { deviceId: string }[]).filter(
      ({ deviceId }) => deviceId === lost.deviceId,
    );
    expect(entries).toHaveLength(4);
    expect(entries[0]).toMatchObject({
      caseId: pushed.caseId,
      problem: { code: 'handed-over', params: { deviceId: lost.deviceId } },
      ruling: null,
    });
    const logged = (await auditOf('device-handed-over')).filter(
      ({ object }) => object === `device:${lost.deviceId}`,
    );
    expect(logged).toMatchObject([{ result: 'ok', details: { bundle: bundle.hash, filed: 4 } }]);
  });

  test('hands over nothing when nothing is unsent, and what the hub has already is not filed', async () => {
    const lost = await TestStation.join(hub, 'yangxm');
    const own = await sealKeyOf(lost, 'yangxm');
    const pushed = await lost.received('yangxm', matterId);
    await lost.push(pushed);
    const headers = await login(hub.url, 'zhouj');
    await ask(hub.url, `POST /api/devices/${lost.deviceId}/revoke`, {
      headers,
      body: { reason: 'lost' },
    });
    const head = { purpose: 'handover' as const };
    expect((await handIn(await bundleOf(lost, { key: own, head }))).body).toMatchObject({ filed: 0 });
    const known = await bundleOf(lost, { key: own, cases: [pushed], head });
    expect((await handIn(known)).body).toMatchObject({ filed: 0 });
  });

  test('who looked at masked data before the end is in the audit log all the same', async () => {
    const { lost, own } = await revoked();
    const { caseId } = await lost.received('yangxm', matterId);
    const reveal = { staffId: 'yangxm', caseId, field: 'applicant', reason: 'verify', at: 7 };
    const reveals = [reveal, { ...reveal, reason: '<script>' }];
    const bundle = await bundleOf(lost, { key: own, reveals, head: { purpose: 'handover' } });
    await handIn(bundle);
    await handIn(bundle);
    const logged = (await auditOf('reveal')).filter(({ object }) => object === `case:${caseId}`);
    expect(logged).toMatchObject([
      { staffId: 'yangxm', details: { group: 'applicant', device: lost.deviceId, handedOver: true, at: 7 } },
    ]);
  });

  test('what was printed before the end is in the audit log all the same', async () => {
    const { lost, own } = await revoked();
    const { caseId } = await lost.received('yangxm', matterId);
    const { deviceId } = lost;
    const print = { staffId: 'yangxm', caseId, paper: 'receipt', copy: 2, language: 'en', at: 7, deviceId };
    const prints = [print, { ...print, paper: 'banknote' }];
    await handIn(await bundleOf(lost, { key: own, prints, head: { purpose: 'handover' } }));
    const logged = (await auditOf('print')).filter(({ object }) => object === `case:${caseId}`);
    expect(logged).toMatchObject([
      { staffId: 'yangxm', details: { paper: 'receipt', copy: 2, device: deviceId, handedOver: true } },
    ]);
  });

  test('others’ work that it kept for a restored hub is ruled as theirs', async () => {
    const { lost, own } = await revoked();
    const pushed = await community.received('yangxm', matterId);
    const bundle = await bundleOf(lost, { key: own, cases: [pushed], head: { purpose: 'handover' } });
    expect((await handIn(bundle)).body).toMatchObject({ filed: 0 });
    expect((await mastersOf([pushed.caseId]))[0]).toMatchObject({ n: 3 });
  });

  test('what nobody can open is kept sealed, since the terminal deletes its own', async () => {
    const { lost } = await revoked();
    const pushed = await lost.received('yangxm', matterId);
    const bundle = await bundleOf(lost, { key, cases: [pushed], head: { purpose: 'handover' } });
    expect((await handIn(bundle)).body).toMatchObject({ filed: 0 });
    const kept = hub.hub.container.stores.directory.documents<{ sealed: string }>('handover-sealed');
    expect((await kept.find(`${lost.deviceId}.${pushed.caseId}`))?.value.sealed).toBe(
      bundle.parts[0]?.sealed,
    );
  });

  test('with a bundle of its that was carried in: filed all the same, and nothing is answered', async () => {
    const { lost, own } = await revoked();
    const pushed = await lost.received('yangxm', matterId);
    const answer = await bring(await bundleOf(lost, { key: own, cases: [pushed], head: { asks } }), street);
    expect(answer.body).toMatchObject({ code: 'handed-over', params: { count: 3 } });
    expect(answer.body).not.toHaveProperty('answer');
  });

  test('somebody else’s signature hands over nothing, and neither does a terminal in service', async () => {
    const { lost, own } = await revoked();
    const pushed = await lost.received('yangxm', matterId);
    const head = { purpose: 'handover' as const };
    const forged = await bundleOf(lost, { key: own, cases: [pushed], head, signer: street });
    expect(await handIn(forged)).toMatchObject({ status: 401, body: { code: 'bundle-signature-invalid' } });
    const active = await bundleOf(community, { key, cases: [pushed], head });
    expect(await handIn(active)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    const upload = await bundleOf(lost, { key: own, cases: [pushed] });
    expect((await handIn(upload)).body['code']).toBe('bundle-misplaced');
    const quarantined = await hub.hub.container.stores.quarantine.entries(1000);
    expect(quarantined.filter(({ caseId }) => caseId === pushed.caseId)).toEqual([]);
  });

  test('a receipt for another bundle, or signed by anybody but the hub, is none', async () => {
    const { lost, own } = await revoked();
    const bundle = await bundleOf(lost, { key: own, head: { purpose: 'handover' } });
    const receipt = (await handIn(bundle)).body['receipt'] as HandoverReceipt;
    expect(await isReceiptFor({ ...bundle, hash: 'A'.repeat(43) }, receipt, keysOfHub())).toBe(false);
    expect(await isReceiptFor(bundle, { ...receipt, at: 0 }, keysOfHub())).toBe(false);
    expect(await isReceiptFor(bundle, receipt, [])).toBe(false);
  });

  test('asked too often, it waits', async () => {
    const body = { kind: 'nothing' };
    const answers = await Promise.all(Array.from({ length: 40 }, () => handIn(body)));
    const codes = answers.map((answer) => answer.body['code']);
    expect(codes).toContain('rate-limited');
  });
});
