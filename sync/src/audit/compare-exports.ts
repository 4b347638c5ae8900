/**
 * Two exports of one hub, the older kept where the hub cannot write: whatever the older one holds, the newer must hold unchanged. This is
 * what shows what nothing inside one export can: the end of the log cut off, a verdict turned round by somebody who has the hub's key.
 * Both must have been verified.
 */
import { epochOf } from '../domain/epoch.ts';
import type { CaseDocument } from '../domain/action.ts';
import type { Break } from './break.ts';
import { difference } from './difference.ts';
import { fileOf, parseLine } from './export-format.ts';
import type { Part } from './export-format.ts';
