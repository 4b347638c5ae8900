/** `npm run pictures:papers`: takes the papers' golden pictures anew. Look at each before it is committed. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode, PaperDrawer } from './draw.ts';
import { PICTURES } from './samples.ts';

const out = process.argv[2] ?? join(import.meta.dirname, 'golden');
mkdirSync(out, { recursive: true });
for (const old of readdirSync(out)) rmSync(join(out, old));
const drawer = await PaperDrawer.open(process.env['CHROMIUM_PATH']);
for (const { name, drawn } of PICTURES) {
  for (const [index, { picture, words }] of (await drawer.draw(drawn)).entries()) {
    const file = join(out, `${name}.${String(index + 1)}`);
    writeFileSync(`${file}.png`, encode(picture));
    writeFileSync(`${file}.txt`, `${words}\n`);
  }
}
await drawer.close();
