/** The shortest story that still ends as badly: events taken out in ever smaller pieces (delta debugging), then the faults it does not need. */
import { RELAY_WEATHER, WEATHER } from './faults.ts';
import type { Report } from './simulate.ts';
import type { Story, StoryEvent } from './story.ts';

/** Told at most so often: half a minute's work. */
const MAX_TELLINGS = 800;

export interface Shrunk {
  story: Story;
  findings: string[];
}

type Tell = (story: Story) => Promise<Report>;

/** Undefined when the story ends well. */
export async function shrunk(story: Story, tell: Tell): Promise<Shrunk | undefined> {
  const first = await tell(story);
  const kind = kindOf(first.findings[0]);
  if (kind === undefined) return undefined;
  let best: Shrunk = { story, findings: first.findings };
  let tellings = 0;
  const isBetter = async (candidate: Story): Promise<boolean> => {
    if (tellings++ >= MAX_TELLINGS) return false;
    const { findings } = await tell(candidate);
    if (!findings.some((finding) => kindOf(finding) === kind)) return false;
    best = { story: candidate, findings };
    return true;
  };
  for (let before = ''; before !== JSON.stringify(best.story);) {
    before = JSON.stringify(best.story);
    await withFewerEvents(() => best.story, isBetter);
    await withFewerFaults(() => best.story, isBetter);
  }
  return best;
}

/** The first words of a finding say of what kind it is. */
function kindOf(finding: string | undefined): string | undefined {
  return finding?.split(':')[0];
}

type Try = (candidate: Story) => Promise<boolean>;

async function withFewerEvents(current: () => Story, isBetter: Try): Promise<void> {
  const flat = () => current().acts.flatMap((act, i) => act.map((event) => ({ act: i, event })));
  for (let size = Math.ceil(flat().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < flat().length;) {
      const kept = flat().filter((_, i) => i < start || i >= start + size);
      if (!(await isBetter(withEvents(current(), kept)))) start += size;
    }
  }
}

function withEvents(story: Story, kept: { act: number; event: StoryEvent }[]): Story {
  const acts = story.acts.map((_, i) => kept.filter(({ act }) => act === i).map(({ event }) => event));
  return { ...story, acts: acts.filter((act) => act.length > 0) };
}

async function withFewerFaults(current: () => Story, isBetter: Try): Promise<void> {
  for (const kind of [...WEATHER, ...RELAY_WEATHER]) {
    const { without } = current();
    if (!without.includes(kind)) await isBetter({ ...current(), without: [...without, kind] });
  }
  if (current().hubs > 1) await isBetter({ ...current(), hubs: 1 });
  for (const name of current().relays ?? []) {
    const relays = (current().relays ?? []).filter((each) => each !== name);
    await isBetter({ ...current(), relays });
  }
  for (const name of current().stations) {
    const stations = current().stations.filter((each) => each !== name);
    await isBetter({ ...current(), stations });
  }
}
