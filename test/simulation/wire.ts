/** The hub as it is reached over HTTP: what crosses is text, and what comes in is parsed by the product's own parsers. */
import type { PackedCase } from '@sanji/sync/protocol/messages';
import type { HubPort } from '@sanji/sync/replication/ports';
import { parsePushRequest, pushEnvelope } from '@sanji/server/resources/push-request';

export function overTheWire(hub: HubPort): HubPort {
  return {
    push: async (request) => {
      const parsed = parsePushRequest(pushEnvelope.parse(asText(request)));
      return asText(parsed.ok ? await hub.push(parsed.value) : parsed);
    },
    pull: async (request) => asText(await hub.pull(asText(request))),
    snapshot: async (feed) => {
      const answer = await hub.snapshot(feed);
      if (!answer.ok) return answer;
      const { head, batches } = answer.value;
      return { ok: true, value: { head: asText(head), batches: rowsAsText(batches) } };
    },
    giveBack: async (request) => asText(await hub.giveBack(asText(request))),
  };
}

/** A text that holds for the type: JSON carries all that the messages are made of. */
function asText<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

async function* rowsAsText(batches: AsyncIterable<PackedCase[]>): AsyncGenerator<PackedCase[]> {
  for await (const batch of batches) yield asText(batch);
}
