/** What journeys need to be there before they begin, done through the API. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { ask, SITE } from "./harness.ts";

const DAYS_AHEAD = 200;
/** A mail that could not leave is tried again after 15 to 30 s. */
const MAIL_SECONDS_MAX = 90;

export function newEmail(): string {
  return `camille.${randomBytes(6).toString("hex")}@example.com`;
}

/** The header of a demo account that is signed in. */
export async function bearer(email: string): Promise<Record<string, string>> {
  const { token } = await ask<{ token: string }>("POST", "/auth/login", {
    email,
    password: "password",
  });
  return { Authorization: `Bearer ${token}` };
}

export interface MadeEvent {
  id: number;
  title: string;
  ticket_types: { id: number }[];
}

/** A published event of the demo organiser's. */
export async function anEvent(values: object = {}): Promise<MadeEvent> {
  const begin = new Date(Date.now() + DAYS_AHEAD * 86_400_000);
  return ask<MadeEvent>(
    "POST",
    "/events",
    {
      title: `Concert ${randomBytes(3).toString("hex")}`,
      description: "Un soir de musique.",
      date: begin.toISOString(),
      location: "Salle des fêtes, Lyon",
      max_tickets: 50,
      price: 20.0,
      status: "published",
      ...values,
    },
    await bearer("eventcreator@example.com"),
  );
}

export interface MadeHold {
  id: number;
  event_id: number;
}

/** A place of a new event, kept for a buyer whom nobody knows yet. */
export async function aHold(values: object = {}): Promise<MadeHold> {
  const event = await anEvent(values);
  const { hold } = await eventually(() =>
    ask<{ hold: MadeHold }>("POST", "/tickets/holds", {
      event_id: event.id,
      items: [{ ticket_type_id: event.ticket_types[0]?.id, quantity: 1 }],
    }),
  );
  return hold;
}

/** Buy, and ask again under the same key, as clients do, until the tickets are there. */
export async function buy<T extends { tickets: unknown[] }>(
  body: object,
  headers: Record<string, string> = {},
): Promise<T> {
  const whole = { ...headers, "Idempotency-Key": randomBytes(16).toString("hex") };
  return eventually(async () => {
    const bought = await ask<T>("POST", "/tickets/purchase", body, whole);
    assert.ok(bought.tickets.length > 0, "the order is still under way");
    return bought;
  });
}

interface Mail {
  id: string;
  text: string;
}

/** The mails to an address: waits until there is one, or one whose text holds those words. */
export async function mailTo(email: string, words: string) {
  const all = async () => {
    const answer = await fetch(`${SITE}/mailbox/api/messages?to=${email}&kind=mail`);
    const { data } = (await answer.json()) as { data: Mail[] };
    return data;
  };
  const found = await eventually(async () => {
    for (const { id } of await all()) {
      const whole = (await (await fetch(`${SITE}/mailbox/api/messages/${id}`)).json()) as Mail;
      if (whole.text.includes(words)) return whole;
    }
    throw new Error(`no mail to ${email} holds ${words}`);
  }, MAIL_SECONDS_MAX);
  const link = async () => {
    const address = found.text.match(/https?:\/\/\S+#access=[\w-]+/)?.[0];
    assert.ok(address, "the mail holds a link");
    return address;
  };
  return { all, link, text: found.text };
}

/** Try again until it works, for a minute: messages between services take a moment. */
export async function eventually<T>(attempt: () => Promise<T>, seconds = 60): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    // The last attempt begins once the time is over.
    const isLast = Date.now() > end;
    try {
      return await attempt();
    } catch (error) {
      if (isLast) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
