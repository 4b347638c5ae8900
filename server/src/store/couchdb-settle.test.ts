/** Writers who met, on a document whose copies took them in different orders: each sees both branches. */
import { expect, test } from 'vitest';
import { settle } from './couchdb-settle.ts';
import type { StoredDocument } from './store.ts';

interface Leaf extends StoredDocument {
  _rev: string;
  _deleted?: boolean;
}

/** The branches of one document as every copy has them by now. */
class Branches {
  readonly copies = 3;
  leaves: Leaf[];
  /** Before each deletion is carried out. */
  deleting: () => Promise<unknown> = () => Promise.resolve();

  constructor(...leaves: Leaf[]) {
    this.leaves = leaves;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    if (!path.includes('_bulk_docs')) return Response.json(this.leaves.map((ok) => ({ ok })));
    const { docs } = JSON.parse(String(init.body)) as { docs: (StoredDocument & { _deleted?: true })[] };
    return Response.json(await Promise.all(docs.map((doc) => this.#write(doc))));
  }

  async #write(doc: StoredDocument & { _deleted?: true }): Promise<object> {
    if (doc._deleted === true) {
      await this.deleting();
      this.leaves = this.leaves.filter(({ _rev }) => _rev !== doc._rev);
      return { ok: true, rev: '9-gone' };
    }
    if (this.leaves.length > 0) return { error: 'conflict' };
    const rev = `10-${String(Math.random()).slice(2)}`;
    this.leaves.push({ ...doc, _rev: rev });
    return { ok: true, rev };
  }
}

const left = { _id: 'a', text: 'left' };
const right = { _id: 'a', text: 'right' };
const conflict = { kind: 'conflict' } as const;

test('who sees another beside itself gives way', async () => {
  const branches = new Branches({ ...left, _rev: '2-aaa' }, { ...right, _rev: '2-bbb' });
  expect(await settle(branches, 'db', { doc: right, verdict: conflict, accepted: true }, false)).toEqual(
    conflict,
  );
  expect(branches.leaves).toEqual([{ ...left, _rev: '2-aaa' }]);
});

test('of two who gave way to each other one is told that it has written, and its copy stays', async () => {
  const branches = new Branches({ ...left, _rev: '2-aaa' }, { ...right, _rev: '2-bbb' });
  const both = Promise.withResolvers<undefined>();
  let count = 0;
  // Neither is gone before each has seen the other.
  branches.deleting = () => {
    if (++count === 2) both.resolve(undefined);
    return both.promise;
  };
  const verdicts = await Promise.all(
    [left, right].map((doc) => settle(branches, 'db', { doc, verdict: conflict, accepted: false }, false)),
  );
  expect(verdicts.map(({ kind }) => kind).sort()).toEqual(['conflict', 'written']);
  expect(branches.leaves).toMatchObject([verdicts[0]?.kind === 'written' ? left : right]);
});

test('when both gave way what was to be written is put back, and the document is not gone', async () => {
  const branches = new Branches({ ...left, _rev: '2-aaa' }, { ...right, _rev: '2-bbb' });
  // The other takes its own back in the same moment, after it has been seen.
  branches.deleting = () => {
    branches.leaves = [];
    return Promise.resolve();
  };
  const verdict = await settle(branches, 'db', { doc: left, verdict: conflict, accepted: false }, false);
  expect(verdict.kind).toBe('written');
  expect(branches.leaves).toMatchObject([left]);
});
