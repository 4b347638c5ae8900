/** The materials that were handed in or are owed, as a table. */
import type { MaterialEntry } from '@sanji/sync/domain/action';
import { m } from '#lib/i18n/paraglide/messages.js';
import type { Block, Column } from './paper-blocks.ts';
import { materialText, type Ground, type Language } from './paper-words.ts';

const NO_EM = 3.4;
const FORM_EM = 4.4;
/** 「容缺，2026-12-07 前补交」 and «2 copies, original returned» in one line. */
const REMARK_EM = 14;

export function materialTable(
  materials: readonly MaterialEntry[],
  ground: Ground,
  deferralDue: string | undefined,
): Block {
  const { locale } = ground;
  const received = materials.filter(({ state }) => state === 'received');
  const deferred = materials.filter(({ state }) => state === 'deferred');
  return {
    kind: 'table',
    heading: m.paper_materials({}, { locale }),
    columns: columnsIn(locale),
    rows: [
      ...received.map((entry, i) => receivedRow(entry, i + 1, ground)),
      ...deferred.map((entry) => [
        m.paper_deferred_mark({}, { locale }),
        materialText(entry, ground),
        m.paper_form_missing({}, { locale }),
        deferralDue === undefined
          ? m.paper_deferred({}, { locale })
          : m.paper_deferred_until({ due: deferralDue.slice(0, 10) }, { locale }),
      ]),
    ],
  };
}

/** What is still to come, each with its day. */
export function owedTable(
  owed: readonly { code: string; due: string }[],
  ground: Ground,
  heading: string,
): Block {
  const { locale } = ground;
  const [no, name] = columnsIn(locale);
  return {
    kind: 'table',
    heading,
    columns: [
      ...(no === undefined || name === undefined ? [] : [no, name]),
      { label: m.paper_due({}, { locale }), widthEm: REMARK_EM },
    ],
    rows: owed.map(({ code, due }, i) => [String(i + 1), materialText({ code, name: code }, ground), due]),
  };
}

function columnsIn(locale: Language): Column[] {
  return [
    { label: m.paper_material_no({}, { locale }), widthEm: NO_EM, centred: true },
    { label: m.paper_material_name({}, { locale }) },
    { label: m.paper_material_form({}, { locale }), widthEm: FORM_EM, centred: true },
    { label: m.paper_material_remark({}, { locale }), widthEm: REMARK_EM },
  ];
}

function receivedRow(entry: MaterialEntry, no: number, ground: Ground): string[] {
  const { locale } = ground;
  const count = entry.copies ?? 1;
  return [
    String(no),
    materialText(entry, ground),
    formWord(entry.form, locale),
    entry.originalReturned === true
      ? m.paper_copies_returned({ count }, { locale })
      : m.paper_copies({ count }, { locale }),
  ];
}

function formWord(form: MaterialEntry['form'], locale: Language): string {
  if (form === 'card') return m.paper_form_card({}, { locale });
  return form === 'electronic' ? m.paper_form_electronic({}, { locale }) : m.paper_form_paper({}, { locale });
}
