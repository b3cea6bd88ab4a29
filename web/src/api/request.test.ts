import { HttpResponse, http } from "msw";
import { describe, expect, test } from "vitest";

import { account } from "@/testing/render";
import { answer, refuse, server } from "@/testing/server";

import { ApiProblem } from "./problem";
import { newIdempotencyKey, request } from "./request";
import { enter, leave, sessionState } from "./session";

const tokens = (token: string, expires_in = 900) => ({ user: account(), token, expires_in });

describe("request", () => {
  test("asks in the language of the page and without a token for nobody", async () => {
    const seen = answer("get", "/events", 200, { data: [] });
    await request("/api/v1/events");
    expect(seen[0]?.headers.get("Accept-Language")).toBe("fr");
    expect(seen[0]?.headers.get("Authorization")).toBeNull();
  });

  test("throws what the API refuses with", async () => {
    refuse("post", "/auth/login", 422, "malformed", "Vérifiez", { email: ["Adresse ?"] });
    const failed = await request("/api/v1/auth/login", { method: "POST" }).catch(
      (error: unknown) => error as ApiProblem,
    );
    expect(failed).toBeInstanceOf(ApiProblem);
    expect(failed).toMatchObject({ status: 422, code: "malformed", message: "Vérifiez" });
    expect((failed as ApiProblem).errors).toEqual({ email: ["Adresse ?"] });
  });

  test("tells a missing network from a refusal", async () => {
    server.use(http.get("*/api/v1/events", () => HttpResponse.error()));
    await expect(request("/api/v1/events")).rejects.toMatchObject({ status: 0, code: "network" });
  });

  test("asks without a token for what everybody sees alike", async () => {
    enter(tokens("mine"));
    const list = answer("get", "/events", 200, {});
    const event = answer("get", "/events/:id", 200, {});
    const stats = answer("get", "/events/:id/stats", 200, {});
    await request("/api/v1/events?page=2");
    await request("/api/v1/events/7");
    await request("/api/v1/events/7/stats");
    const sent = [list, event, stats].map((seen) => seen[0]?.headers.get("Authorization"));
    expect(sent).toEqual([null, null, "Bearer mine"]);
  });

  test("shows who runs something their own view", async () => {
    enter({ ...tokens("mine"), user: account({ role: "event_creator" }) });
    const seen = answer("get", "/events/:id", 200, {});
    await request("/api/v1/events/7");
    expect(seen[0]?.headers.get("Authorization")).toBe("Bearer mine");
  });

  test("renews a refused token once, for all requests together, and repeats them", async () => {
    enter(tokens("old"));
    server.use(
      http.get("*/api/v1/tickets", ({ request: asked }) =>
        asked.headers.get("Authorization") === "Bearer new"
          ? HttpResponse.json({ data: [1] })
          : HttpResponse.json({ code: "unauthenticated" }, { status: 401 }),
      ),
    );
    const renewed = answer("post", "/auth/refresh", 200, tokens("new"));
    const both = await Promise.all([request("/api/v1/tickets"), request("/api/v1/tickets")]);
    expect(both).toEqual([{ data: [1] }, { data: [1] }]);
    expect(renewed).toHaveLength(1);
  });

  test("renews a token before it runs out", async () => {
    enter(tokens("old", 5));
    answer("post", "/auth/refresh", 200, tokens("new"));
    const seen = answer("get", "/tickets", 200, { data: [] });
    await request("/api/v1/tickets");
    expect(seen.map((one) => one.headers.get("Authorization"))).toEqual(["Bearer new"]);
  });

  test("signs out whose session has ended", async () => {
    enter(tokens("old"));
    refuse("get", "/tickets", 401, "unauthenticated");
    refuse("post", "/auth/refresh", 401, "refresh_refused");
    await expect(request("/api/v1/tickets")).rejects.toMatchObject({ status: 401 });
    expect(sessionState().status).toBe("anonymous");
  });

  test("does not sign out who signs in while an older session is being asked about", async () => {
    enter(tokens("old", 5));
    let refuse: () => void = () => undefined;
    const refused = new Promise<void>((resolve) => {
      refuse = resolve;
    });
    server.use(
      http.post("*/api/v1/auth/refresh", async () => {
        await refused;
        return HttpResponse.json({ code: "refresh_refused" }, { status: 401 });
      }),
    );
    const seen = answer("get", "/tickets", 200, {});
    const asked = request("/api/v1/tickets");
    await new Promise((resolve) => setTimeout(resolve, 50));
    enter(tokens("new"));
    refuse();
    await asked;
    expect(sessionState().status).toBe("signed-in");
    expect(seen[0]?.headers.get("Authorization")).toBe("Bearer new");
  });

  test("keeps whom a restarting service cannot recognise signed in", async () => {
    enter(tokens("old"));
    refuse("get", "/tickets", 401, "unauthenticated");
    refuse("post", "/auth/refresh", 503, "unavailable");
    await expect(request("/api/v1/tickets")).rejects.toMatchObject({ status: 401 });
    expect(sessionState().status).toBe("signed-in");
  });

  test("asks for a session at the start only where there was one", async () => {
    const renewed = answer("post", "/auth/refresh", 200, tokens("new"));
    answer("get", "/tickets", 200, {});
    await request("/api/v1/tickets");
    expect(renewed).toHaveLength(0);
  });

  test("finds the session of the last visit again", async () => {
    localStorage.setItem("guichet.account", JSON.stringify(account()));
    answer("post", "/auth/refresh", 200, tokens("new"));
    const seen = answer("get", "/tickets", 200, {});
    await request("/api/v1/tickets");
    expect(seen[0]?.headers.get("Authorization")).toBe("Bearer new");
    expect(sessionState().status).toBe("signed-in");
  });

  test("takes a visitor without a network for whoever was last signed in here", async () => {
    localStorage.setItem("guichet.account", JSON.stringify(account()));
    server.use(http.post("*/api/v1/auth/refresh", () => HttpResponse.error()));
    server.use(http.get("*/api/v1/tickets", () => HttpResponse.error()));
    await expect(request("/api/v1/tickets")).rejects.toMatchObject({ code: "network" });
    expect(sessionState()).toEqual({ status: "signed-in", user: account() });
  });

  test("keeps no token where a script could find it later", async () => {
    enter(tokens("secret-token"));
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("secret-token");
    leave();
    expect(localStorage.getItem("guichet.account")).toBeNull();
  });
});

test("each idempotency key is another", () => {
  expect(newIdempotencyKey()).toMatch(/^[0-9a-f]{32}$/);
  expect(newIdempotencyKey()).not.toBe(newIdempotencyKey());
});
