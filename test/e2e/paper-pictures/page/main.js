/** Draws one paper as the papers screen does, out of a case and a catalog that are handed in. What it takes is `Drawn` of draw.ts. */
import '@fontsource-variable/noto-sans-sc/wght.css';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import { checkCodeOf, codeOf } from '@sanji/sync/domain/paper-code';
import { papersOf, PAPERS } from '@sanji/sync/domain/papers';
import { mount, unmount } from 'svelte';
import PaperSheets from '../../../../client/src/routes/(staff)/case/[caseId]/papers/PaperSheets.svelte';
import { paperModelOf } from '../../../../client/src/routes/(staff)/case/[caseId]/papers/paper-model.ts';

/** Signatures differ each time they are made: here stands one that never does. */
const SIGNATURE = 'ABCDEFGH0123456789JKMNPQRSTVWXYZ'.repeat(4).slice(0, 103);

let shown;

window.drawPaper = async ({ doc, entries, kind, locale, sheet, offline, copy, now }) => {
  if (shown !== undefined) await unmount(shown);
  const catalog = indexCatalog(entries);
  const paper = papersOf(doc, catalog).findLast((one) => one.kind === kind);
  const code = await codeOf(paper, { deviceId: 'd7k2m9q4', unit: paper.action.body.by.unit });
  const { letter } = PAPERS[code.kind];
  const signed = ['SJ2', letter, code.number, code.atSeconds, code.unit, 'D7K2M9Q4', code.digest, SIGNATURE];
  const qrText = signed.join('.');
  const model = paperModelOf(paper, {
    catalog,
    locale,
    sheet,
    ...(!paper.isDraft && { code: { qrText, checkCode: await checkCodeOf(qrText) } }),
    offline,
    copy,
    terminal: 'A2',
    staffName: '杨晓梅',
    now,
  });
  shown = mount(PaperSheets, { target: document.body, props: { paper: model } });
};

/** What the program's own base sets, as far as papers stand on it. */
const base = document.createElement('style');
base.textContent =
  '*{margin:0;padding:0;box-sizing:border-box}h1,h2{font-size:inherit;font-weight:inherit}' +
  "body{background:#fff;font-family:'Noto Sans SC Variable';-webkit-font-smoothing:antialiased}";
document.head.prepend(base);
document.title = 'ready';
