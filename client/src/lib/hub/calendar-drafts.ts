/** Years of working days at the hub: handed in by one administrator, published by another. */
import type { CalendarContent } from '@sanji/sync/domain/calendar-check';
import type { CalendarYear } from '@sanji/sync/domain/catalog';
import type { Result } from '@sanji/sync/domain/problem';
import { askJson } from './http.ts';

export interface HubCalendarDraft extends CalendarContent {
  id: string;
  submittedBy: string;
  submittedAt: number;
}

export interface CalendarVersion extends CalendarYear {
  /** Empty: it was there before anything was published here. */
  publishedBy: string[];
  publishedAt: number;
}

const PATH = '/api/calendar-drafts';

export function listCalendarDrafts(): Promise<
  Result<{ drafts: HubCalendarDraft[]; history: CalendarVersion[] }>
> {
  return askJson({ path: PATH });
}

export function submitCalendar(content: CalendarContent): Promise<Result<HubCalendarDraft>> {
  return askJson({ method: 'POST', path: PATH, body: content });
}

export function publishCalendar(id: string): Promise<Result<CalendarVersion>> {
  return askJson({ method: 'POST', path: `${PATH}/${encodeURIComponent(id)}/publish`, body: {} });
}

export function removeCalendarDraft(id: string): Promise<Result<undefined>> {
  return askJson({ method: 'DELETE', path: `${PATH}/${encodeURIComponent(id)}` });
}
