/** A paper as it will be printed: the frame that all kinds share, around the body of its kind. */
import type { Applicant } from '@sanji/sync/domain/action';
import type { Catalog } from '@sanji/sync/domain/catalog';
import { maskIdNumber, maskMobile, maskName } from '@sanji/sync/domain/masking';
import { numberOn, PAPERS, type Paper, type PaperKind } from '@sanji/sync/domain/papers';
import { m } from '#lib/i18n/paraglide/messages.js';
import { bodyOf } from './paper-body.ts';
import type { Block, Fact } from './paper-blocks.ts';
import { paginate, placeFacts, SHEETS, type PlacedFact, type Sheet } from './paper-layout.ts';
import { groundOf, matterText, ownStation, timeText, type Ground, type Language } from './paper-words.ts';

export interface PaperModel {
  kind: PaperKind;
  locale: Language;
  sheet: Sheet;
  issuer: string;
  title: string;
  number: string;
  /** Absent on a draft: nothing is signed. */
  code?: SignedCode;
  labelEm: number;
  facts: PlacedFact[];
  pages: Block[][];
  signatures: { lines: string[]; hand?: string; date: string; seal: string };
  foot: { copy: string; print: string; pages: string[] };
  /** Across the page: that it is a draft, or who printed what names a person, when and where. */
  watermark?: { text: string; isDraft: boolean };
}

export interface SignedCode {
  qrText: string;
  checkCode: string;
}

export interface Printing {
  catalog: Catalog;
  locale: Language;
  sheet: 'A5' | 'A4';
  /** Absent for a draft. */
  code?: SignedCode;
  offline: boolean;
  /** Which print of it this will be at this terminal. */
  copy: number;
  /** The label of the terminal that prints. */
  terminal: string;
  /** Who prints. */
  staffName: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Room for the names of the facts. */
const LABEL_EM = { 'zh-CN': 5.3, en: 7.1 };

export function paperModelOf(paper: Paper, printing: Printing): PaperModel {
  const { catalog, locale, code, now, terminal, staffName } = printing;
  const sheet = SHEETS[printing.sheet];
  const ground = groundOf(paper, catalog, locale);
  const body = bodyOf(ground);
  const labelEm = LABEL_EM[locale];
  const facts = placeFacts([...commonFacts(ground), ...body.facts], labelEm, sheet);
  const printedAt = timeText(now);
  const foot = footOf(paper, { ...printing, printedAt });
  const blocks = [...body.blocks, ...pendingOf(paper, locale), ...proofOf(printing)];
  const pages = paginate({
    sheet,
    facts,
    labelEm,
    blocks,
    foot: `${foot.copy} ${foot.print} ${foot.page(9, 9)}`,
  });
  const { signing } = body;
  const { name, staffId } = paper.action.body.by;
  const watermark = paper.isDraft
    ? { text: m.paper_draft({}, { locale }), isDraft: true }
    : PAPERS[paper.kind].naming === 'whole'
      ? { text: m.paper_watermark({ name: staffName, at: printedAt, terminal }, { locale }), isDraft: false }
      : undefined;
  return {
    kind: paper.kind,
    locale,
    sheet,
    issuer: m.paper_issuer(
      {
        district: catalog.units.get(catalog.settings.district)?.display ?? '',
        station: ownStation(ground),
      },
      { locale },
    ),
    title: body.title,
    number: numberOn(paper),
    ...(code !== undefined && !paper.isDraft && { code }),
    labelEm,
    facts,
    pages,
    signatures: {
      lines: [
        ...(staffId === 'hub' || signing.by === undefined ? [] : [signing.by({ name }, { locale })]),
        m.paper_hotline({ hotline: catalog.settings.hotline }, { locale }),
      ],
      ...(signing.line !== undefined && {
        hand:
          signing.line === 'recipient'
            ? m.paper_signature_recipient({}, { locale })
            : m.paper_signature({}, { locale }),
      }),
      date: printedAt.slice(0, 10),
      seal:
        signing.seal === 'receipt' ? m.paper_seal_receipt({}, { locale }) : m.paper_seal_unit({}, { locale }),
    },
    foot: { ...foot, pages: pages.map((_, i) => foot.page(i + 1, pages.length)) },
    ...(watermark !== undefined && { watermark }),
  };
}

/** Who applies, and for what. A decision names its addressee; numbers are masked on every paper. */
function commonFacts(ground: Ground): Fact[] {
  const { paper, locale, matter } = ground;
  const { applicant } = paper.state;
  const pin = paper.state.matter;
  return [
    ...(applicant === undefined ? [] : personFacts(applicant, ground)),
    {
      label: m.paper_matter({}, { locale }),
      value: matterText(ground),
      note: m.paper_matter_version(
        { code: matter?.basicCode ?? pin?.matterId ?? '', version: pin?.version ?? 0 },
        { locale },
      ),
    },
  ];
}

function personFacts({ kind, name, idNumber, mobile, agent }: Applicant, { paper, locale }: Ground): Fact[] {
  const none = m.paper_none_value({}, { locale });
  const isFirm = kind === 'organisation';
  const isWhole = isFirm || PAPERS[paper.kind].naming === 'whole';
  const isReceipt = PAPERS[paper.kind].sheet === 'A5' && paper.kind !== 'deliveryProof';
  return [
    { label: m.paper_applicant({}, { locale }), value: isWhole ? name : maskName(name) },
    { label: m.paper_id_number({}, { locale }), value: isFirm ? idNumber : maskIdNumber(idNumber) },
    ...(isReceipt
      ? [
          {
            label: m.paper_mobile({}, { locale }),
            value: mobile === undefined ? none : maskMobile(mobile),
          },
          { label: m.paper_agent({}, { locale }), value: agent === undefined ? none : maskName(agent.name) },
        ]
      : []),
  ];
}

/** Where the matter's rule lets it be printed before the hub has spoken, the paper says so itself. */
function pendingOf({ isUnconfirmed }: Paper, locale: Language): Block[] {
  return isUnconfirmed ? [{ kind: 'boxed', text: m.paper_unconfirmed({}, { locale }) }] : [];
}

/** How it was signed, boxed where it was made without the network; the check code is what people compare by voice. */
function proofOf({ code, offline, locale, terminal }: Printing): Block[] {
  if (code === undefined) return [];
  const text = offline ? m.paper_offline_note({ terminal }, { locale }) : m.paper_online_note({}, { locale });
  return [{ kind: 'boxed', text, strong: code.checkCode }];
}

function footOf(paper: Paper, { locale, copy, terminal, printedAt }: Printing & { printedAt: string }) {
  const isProof = paper.kind === 'deliveryProof';
  const own = isProof ? m.paper_copy_file({}, { locale }) : m.paper_copy_applicant({}, { locale });
  const said = paper.isDraft ? m.paper_draft_note({}, { locale }) : own;
  return {
    copy: locale === 'en' ? `${said}. ${m.paper_english_copy({}, { locale })}` : said,
    print: paper.isDraft
      ? m.paper_print_line_draft({ terminal, at: printedAt }, { locale })
      : m.paper_print_line({ terminal, count: copy, at: printedAt }, { locale }),
    page: (page: number, pages: number): string => m.paper_page({ page, pages }, { locale }),
  };
}
