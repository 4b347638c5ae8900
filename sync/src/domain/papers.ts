/**
 * Which papers a case offers: one table, one paper for each action that counts. A paper says what its action said, so that a reprint says
 * what the first print said. Words and layout are the station's.
 */
import type { ActionKind, CaseDocument, CaseStatus, SignedAction } from './action.ts';
import { toBase32 } from './base32.ts';
import { dayOf } from './calendar.ts';
import type { Catalog } from './catalog.ts';
import { stepsOf, type Step } from './fold.ts';
import type { UnitCode } from './identifiers.ts';
import { fromBase64Url, hash } from './signing.ts';
import type { CaseState } from './state.ts';
import { effectiveRule } from './tier-rules.ts';

export const PAPER_KINDS = [
  'declaration',
  'receipt',
  'oneTimeNotice',
  'supplement',
  'refusal',
  'acceptance',
  'specialProcedure',
  'rejection',
  'certificate',
  'deliveryProof',
] as const;
export type PaperKind = (typeof PAPER_KINDS)[number];

export interface PaperRule {
  /** Stands for the kind in the code on the paper. */
  letter: string;
  /** The actions it attests. */
  of: readonly ActionKind[];
  /** The statuses in which it stands. An archived case offers what it offered before. */
  in: readonly CaseStatus[];
  /** Of these, what the case holds must be confirmed by the hub before it is printed, unless the matter's rule allows otherwise. */
  confirmed: readonly ActionKind[];
  /** Before the action: the same paper, without number and code, marked as a draft. */
  draftIn: readonly CaseStatus[];
  sheet: 'A5' | 'A4';
  /** A decision names its addressee; whatever does carries who printed it, when and where. */
  naming: 'masked' | 'whole';
}

const BEFORE_RECEIPT = ['draft', 'submitted', 'preReviewed', 'returnedToApplicant'] as const;
const AFTER_ACCEPTANCE = [
  'accepted',
  'reviewing',
  'suspended',
  'external',
  'approved',
  'rejected',
  'concluded',
  'certified',
  'delivered',
  'rated',
] as const;
const AFTER_RECEIPT = ['received', 'correction', 'refused', ...AFTER_ACCEPTANCE] as const;
/** What somebody handed in was handed in, however the case ended. */
const FOR_EVER = [...AFTER_RECEIPT, 'withdrawn', 'terminated'] as const;

const PLAIN = { confirmed: [], draftIn: [], sheet: 'A5', naming: 'masked' } as const;

export const PAPERS: Record<PaperKind, PaperRule> = {
  declaration: {
    ...PLAIN,
    letter: 'O',
    of: ['submit'],
    in: ['submitted', 'preReviewed', 'returnedToApplicant', ...FOR_EVER],
  },
  receipt: { ...PLAIN, letter: 'R', of: ['receive'], in: FOR_EVER, draftIn: BEFORE_RECEIPT },
  oneTimeNotice: { ...PLAIN, letter: 'N', of: ['oneTimeNotice'], in: AFTER_RECEIPT },
  supplement: { ...PLAIN, letter: 'S', of: ['supplement', 'supplyDeferred'], in: FOR_EVER },
  refusal: { ...PLAIN, letter: 'X', of: ['refuse'], in: ['refused'], sheet: 'A4', naming: 'whole' },
  acceptance: { ...PLAIN, letter: 'A', of: ['accept', 'deemAccept'], in: AFTER_ACCEPTANCE },
  specialProcedure: { ...PLAIN, letter: 'P', of: ['suspend', 'extend'], in: AFTER_ACCEPTANCE },
  rejection: {
    ...PLAIN,
    letter: 'D',
    of: ['reject'],
    in: ['rejected', 'concluded', 'delivered', 'rated'],
    confirmed: ['reject'],
    sheet: 'A4',
    naming: 'whole',
  },
  certificate: {
    ...PLAIN,
    letter: 'C',
    of: ['certify'],
    in: ['certified', 'delivered', 'rated'],
    confirmed: ['approve', 'certify'],
    sheet: 'A4',
    naming: 'whole',
  },
  deliveryProof: {
    ...PLAIN,
    letter: 'V',
    of: ['deliver'],
    in: ['delivered', 'rated'],
    confirmed: ['approve', 'reject', 'certify'],
    naming: 'whole',
  },
};

export interface Paper {
  kind: PaperKind;
  /** The action it attests; of a draft, the draft. */
  action: SignedAction;
  /** The case as that action left it. */
  state: CaseState;
  /** The actions whose words stand on it, oldest first; its own is the last. */
  sources: SignedAction[];
  isDraft: boolean;
  /** The hub has not ruled on its action yet. */
  isPending: boolean;
  /** The hub has not confirmed the decision it is the paper of. */
  isUnconfirmed: boolean;
  /** It must not be printed before that. */
  isHeld: boolean;
  /** False when the case has gone on to where the paper says nothing any more. */
  stands: boolean;
}

/** Every paper the case has ever had, oldest first; drafts only while there is nothing better. */
export function allPapers(doc: CaseDocument, catalog: Catalog): Paper[] {
  const steps = stepsOf(doc);
  const status = steps.findLast(({ entry }) => entry.action.body.kind !== 'archive')?.state.status ?? 'new';
  return steps.flatMap((step, index) =>
    PAPER_KINDS.flatMap((kind) => {
      const paper = paperOf(kind, { step, before: steps.slice(0, index), status, catalog });
      return paper === undefined ? [] : [paper];
    }),
  );
}

/** What can be printed now, and what is held back. */
export function papersOf(doc: CaseDocument, catalog: Catalog): Paper[] {
  return allPapers(doc, catalog).filter(({ stands }) => stands);
}

/** Whether the case was decided here and the hub has not confirmed it. */
export function isDecisionPending(doc: CaseDocument): boolean {
  return stepsOf(doc).some((step) => isOf(step, DECISION) && step.entry.ruling === undefined);
}

/** The case's number; before the receipt, its id. */
export function numberOn({ state }: Pick<Paper, 'state'>): string {
  return state.caseNo ?? state.caseId.toUpperCase();
}

/** The unit that speaks: what the hub did by itself is said for the unit that held the case. */
export function issuerOf({ action, state }: Pick<Paper, 'action' | 'state'>): UnitCode {
  const { staffId, unit } = action.body.by;
  return staffId === 'hub' ? (state.holder ?? unit) : unit;
}

const DIGEST_BYTES = 10;

/** Sixteen letters for the content: the kind, the number and the signed actions it was made of. */
export async function digestOf(paper: Paper): Promise<string> {
  const { kind, sources } = paper;
  const content = {
    v: 1,
    paper: kind,
    number: numberOn(paper),
    actions: sources.map((source) => source.hash),
  };
  const bytes = fromBase64Url(await hash(content));
  if (bytes === undefined) throw new TypeError('a hash is base64url');
  return toBase32(bytes.slice(0, DIGEST_BYTES));
}

interface Place {
  step: Step;
  before: readonly Step[];
  /** Of the case now. */
  status: CaseStatus;
  catalog: Catalog;
}

/** Whose words stand on every paper: the applicant's and the matter's come from the receipt, before it from the draft. */
const GROUND: readonly ActionKind[] = ['draft', 'receive'];
const DECISION: readonly ActionKind[] = ['approve', 'reject'];
const RESULT: readonly ActionKind[] = ['approve', 'reject', 'certify'];

function paperOf(kind: PaperKind, { step, before, status, catalog }: Place): Paper | undefined {
  const rule = PAPERS[kind];
  const { action, ruling } = step.entry;
  const isDraft = action.body.kind === 'draft' && rule.draftIn.length > 0;
  if (!isDraft && !rule.of.includes(action.body.kind)) return undefined;
  const said = [...before, step];
  const ground = said.findLast(({ entry }) => GROUND.includes(entry.action.body.kind));
  const results = rule.confirmed.length === 0 ? [] : said.filter((one) => isOf(one, RESULT));
  const sources = new Set([...(ground === undefined ? [] : [ground]), ...results, step]);
  const isUnconfirmed = said.some((one) => isOf(one, rule.confirmed) && one.entry.ruling === undefined);
  return {
    kind,
    action,
    state: step.state,
    sources: [...sources].map(({ entry }) => entry.action),
    isDraft,
    isPending: ruling === undefined,
    isUnconfirmed,
    isHeld: isUnconfirmed && !mayPrintUnconfirmed(said, catalog),
    stands: (isDraft ? rule.draftIn : rule.in).includes(status),
  };
}

function isOf({ entry }: Step, kinds: readonly ActionKind[]): boolean {
  return kinds.includes(entry.action.body.kind);
}

/** By the rule of the unit that decided, as the case is pinned to it. */
function mayPrintUnconfirmed(said: readonly Step[], catalog: Catalog): boolean {
  const decision = said.findLast((step) => isOf(step, DECISION));
  const { matter, decidedAt } = decision?.state ?? {};
  if (decision === undefined || matter === undefined || decidedAt === undefined) return false;
  return effectiveRule(catalog, {
    unit: decision.entry.action.body.by.unit,
    matterId: matter.matterId,
    day: dayOf(decidedAt),
    asOf: matter.rules,
  }).resultOffline;
}
