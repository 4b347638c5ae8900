/** The child of `store-crash.test.ts`: writes until it is killed, and tells its parent of every write that was acknowledged. */
import { openEmbeddedStore } from '@sanji/server/store/embedded-store';

const [path = ''] = process.argv.slice(2);
const store = openEmbeddedStore({ path });
const databases = await Promise.all(['cases', 'audit'].map((name) => store.open(name)));
for (let round = 0; ; round++) {
  await Promise.all(
    databases.map(async (database) => {
      const docs = [0, 1, 2].map((i) => ({
        _id: `${String(process.pid)}-${String(round)}-${String(i)}`,
        round,
      }));
      const verdicts = await database.putMany(docs);
      docs.forEach(({ _id }, index) => {
        if (verdicts[index]?.kind === 'written') process.send?.({ database: database.name, id: _id });
      });
    }),
  );
}
