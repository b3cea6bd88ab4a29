import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";

import { account } from "@/testing/render";
import { server } from "@/testing/server";

import { enter } from "./session";
import { followStream, readMessage } from "./stream";

test("reads a message and passes over what keeps the connection alive", () => {
  expect(readMessage(": still here\nretry: 3000")).toBeNull();
  expect(readMessage('event: notice\nid: 17\ndata: {"unread":2}')).toEqual({
    id: "17",
    kind: "notice",
    data: { unread: 2 },
  });
});

test("follows with the token, puts halves together, and ends when told to", async () => {
  enter({ user: account(), token: "access", expires_in: 900 });
  let authorization: string | null = null;
  server.use(
    http.get("*/api/v1/notifications/stream", ({ request }) => {
      authorization = request.headers.get("Authorization");
      const halves = ["event: notice\nid: 1\nda", 'ta: {"unread":1}\n\n'];
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const half of halves) controller.enqueue(new TextEncoder().encode(half));
        },
      });
      return new HttpResponse(body, { headers: { "Content-Type": "text/event-stream" } });
    }),
  );
  const control = new AbortController();
  const got = await new Promise((done) => {
    void followStream(
      `${location.origin}/api/v1/notifications/stream`,
      control.signal,
      (kind, data) => done([kind, data]),
    );
  });
  control.abort();
  expect(got).toEqual(["notice", { unread: 1 }]);
  expect(authorization).toBe("Bearer access");
});
