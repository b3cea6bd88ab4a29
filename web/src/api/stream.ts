import { accessToken } from "./session";

const AGAIN_MS = 3_000;

/**
 * Follow a stream of server-sent events, with the access token that EventSource cannot send.
 *
 * Calls `onMessage` with the kind and the data of each message until `signal` aborts; a stream
 * that ends is asked for again after a pause, from behind the last message's id.
 */
export async function followStream(
  url: string,
  signal: AbortSignal,
  onMessage: (kind: string, data: unknown) => void,
): Promise<void> {
  let lastId = "";
  while (!signal.aborted) {
    try {
      const token = await accessToken();
      const headers = new Headers({ Accept: "text/event-stream" });
      if (token !== null) headers.set("Authorization", `Bearer ${token}`);
      if (lastId !== "") headers.set("Last-Event-ID", lastId);
      const answer = await fetch(url, { headers, signal });
      // What is refused now will not be granted in three seconds either.
      if (answer.status === 403 || answer.status === 404) return;
      if (answer.ok && answer.body !== null) {
        for await (const message of messagesOf(answer.body)) {
          if (message.id !== "") lastId = message.id;
          onMessage(message.kind, message.data);
        }
      }
    } catch {
      // A lost connection is no event of its own: the next try says more.
    }
    await pause(signal);
  }
}

interface StreamMessage {
  id: string;
  kind: string;
  data: unknown;
}

async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamMessage> {
  const reader = body.pipeThrough(new TextDecoderStream() as never).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = (await reader.read()) as { done: boolean; value?: string };
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const message = readMessage(block);
      if (message !== null) yield message;
    }
  }
}

/** Read one message; null for a comment, which only keeps the connection alive. */
export function readMessage(block: string): StreamMessage | null {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
  }
  const data = fields.get("data");
  if (data === undefined) return null;
  const kind = fields.get("event") ?? "message";
  return { id: fields.get("id") ?? "", kind, data: JSON.parse(data) as unknown };
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, AGAIN_MS);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });
}
