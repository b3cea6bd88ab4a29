import { beforeEach, expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

import { fieldsOf } from "./Changes";
import { SERVICE_NAMES } from "./services";

beforeEach(() => {
  signIn({ id: 1, role: "admin" });
  answer("get", "/health", 200, { services: {} });
});

const LETTER = {
  id: 8,
  message_id: "m8",
  subject: "tickets.order.confirmed",
  error: "KeyError",
  attempts: 5,
  created_at: "2027-05-01T09:00:00Z",
};

function quietServices() {
  for (const service of SERVICE_NAMES) {
    answer("get", `/${service}/queues`, 200, {
      service,
      outbox_waiting: 3,
      outbox_oldest_seconds: 12.4,
      inbox: [
        { stream: "tickets", waiting: 2, in_hand: 1 },
        { stream: "events", waiting: 5, in_hand: 0 },
      ],
      dead_letters: 0,
    });
    answer("get", `/${service}/dead-letters`, 200, { data: [], total: 0 });
  }
}

test("shows what waits in every service", async () => {
  quietServices();
  refuse("get", "/users/queues", 503, "unavailable");
  const { screen } = renderApp("/admin/queues");
  expect(await screen.findByRole("row", { name: /^tickets 3 12 s 7 1 0/ })).toBeVisible();
  expect(screen.getByRole("row", { name: /^users/ })).toHaveTextContent("ne répond pas");
  expect(await screen.findByText("Aucun message en échec.")).toBeVisible();
});

test("has a failed message handled again by its own service", async () => {
  quietServices();
  answer("get", "/notifications/dead-letters", 200, { data: [LETTER], total: 1 });
  const retried = answer("post", "/notifications/dead-letters/8/retry", 204);
  const { screen, person } = renderApp("/admin/queues");
  const name = /^Traiter de nouveau\s: tickets\.order\.confirmed$/;
  await person.click(await screen.findByRole("button", { name }));
  expect(await screen.findByText("Le message est traité.")).toBeVisible();
  expect(retried).toHaveLength(1);
});

test("says why a message fails again", async () => {
  quietServices();
  answer("get", "/auth/dead-letters", 200, { data: [LETTER], total: 1 });
  refuse("post", "/auth/dead-letters/8/retry", 409, "failed_again", "Encore un échec.");
  const { screen, person } = renderApp("/admin/queues");
  const name = /^Traiter de nouveau\s: tickets\.order\.confirmed$/;
  await person.click(await screen.findByRole("button", { name }));
  expect(await screen.findByText("Encore un échec.")).toBeVisible();
});

const FINDING = {
  id: 4,
  message: "Le prestataire a encaissé 12.00 EUR pour aucune commande.",
  order_code: null,
  amount: "12.00",
  currency: "EUR",
  state: "open",
  found_at: "2027-05-01T09:00:00Z",
  note: null,
};

function reconciliation(values: object = {}): object {
  const empty = { runs: [], findings: [], days: [], disputes: [], webhooks_stuck: [] };
  return { ...empty, webhooks_waiting: 0, ...values };
}

test("resolves a finding with a note", async () => {
  answer("get", "/tickets/reconciliation", 200, reconciliation({ findings: [FINDING] }));
  const resolved = answer("post", "/tickets/reconciliation/findings/4/resolve", 200, FINDING);
  const { screen, person } = renderApp("/admin/reconciliation");
  await person.click(await screen.findByRole("button", { name: "Marquer comme réglé" }));
  await person.type(await screen.findByLabelText("Ce qui a été fait"), "Rendu");
  const [, confirm] = screen.getAllByRole("button", { name: "Marquer comme réglé" });
  if (confirm) await person.click(confirm);
  expect(await screen.findByText("Le constat est réglé.")).toBeVisible();
  expect(resolved[0]?.body).toEqual({ note: "Rendu" });
});

test("both ledgers agree, day by day", async () => {
  const day = { day: "2027-05-01", currency: "EUR", difference: "0.00" };
  const days = [{ ...day, ledger: "12.00", provider: "12.00" }];
  answer("get", "/tickets/reconciliation", 200, reconciliation({ days }));
  const { screen } = renderApp("/admin/reconciliation");
  expect(await screen.findByText(/les deux livres concordent/)).toBeVisible();
  expect(screen.getByRole("row", { name: /12,00/ })).toBeVisible();
  expect(screen.getByText("Aucun message n’attend.")).toBeVisible();
});

test("lists the backups of payments, and warns where there are none", async () => {
  const run = {
    run_id: 1,
    started_at: "2027-05-01T09:00:00Z",
    finished_at: "2027-05-01T09:00:01Z",
    records: 42,
    target: "folder",
    path: "2027-05-01.json",
    to_at: "2027-05-01T09:00:00Z",
    error: null,
  };
  answer("get", "/tickets/payments/backups", 200, {
    is_on: false,
    last_backup_at: "2027-05-01T09:00:00Z",
    data: [run],
  });
  const { screen } = renderApp("/admin/backups");
  expect(await screen.findByText(/ne sont pas en service/)).toBeVisible();
  expect(screen.getByRole("row", { name: /42/ })).toHaveTextContent("écrite");
});

const ENTRY = {
  entry_id: 1,
  occurred_at: "2027-06-01T10:00:00Z",
  actor_id: 1,
  actor_role: "admin",
  action: "auth.role.changed",
  subject: "account:9",
  before: { role: "user" },
  after: { role: "operator" },
  reason: "",
};

test("shows in words who changed what, in the log of each service", async () => {
  answer("get", "/tickets/audit", 200, { data: [], next_cursor: null });
  const asked = answer("get", "/auth/audit", 200, { data: [ENTRY], next_cursor: null });
  const { screen, person } = renderApp("/admin/audit?subject=account:9");
  expect(await screen.findByText("Rien n’est inscrit.")).toBeVisible();
  await person.click(screen.getByRole("radio", { name: "Comptes" }));
  const row = await screen.findByRole("row", { name: /auth.role.changed/ });
  expect(row).toHaveTextContent("Rôle changé");
  expect(row).toHaveTextContent("Administrateur n° 1");
  expect(row).toHaveTextContent("user → operator");
  expect(asked[0]?.url.search).toBe("?subject=account%3A9");
});

test("a corrected profile names its fields, and who acted can be asked for", async () => {
  const entry = {
    ...ENTRY,
    action: "users.profile.corrected",
    before: null,
    after: { fields: ["city", "email", "unheard_of"] },
  };
  const asked = answer("get", "/users/audit", 200, { data: [entry], next_cursor: null });
  const { screen, person, router } = renderApp("/admin/audit?service=users&actor=1");
  const row = await screen.findByRole("row", { name: /users.profile.corrected/ });
  expect(row).toHaveTextContent("Champs : Ville, Adresse e-mail, unheard_of");
  expect(screen.getByRole("link", { name: "account:9" })).toHaveAttribute("href", "/admin/users/9");
  expect(asked[0]?.url.search).toBe("?actor_id=1");
  await person.click(screen.getByRole("button", { name: "Tout le monde" }));
  expect(router.state.location.search).toBe("?service=users");
});

test("an action that has no words yet keeps its name", async () => {
  const entry = {
    ...ENTRY,
    action: "tickets.something.new",
    actor_id: null,
    reason: "Essai",
    after: { note: "Malade" },
  };
  answer("get", "/tickets/audit", 200, { data: [entry], next_cursor: null });
  const { screen } = renderApp("/admin/audit");
  const row = await screen.findByRole("row", { name: /tickets.something.new/ });
  expect(row).toHaveTextContent("le système");
  expect(row).toHaveTextContent("Raison : Essai");
  expect(row).toHaveTextContent("Malade");
});

test("a field that appears or goes counts as changed", () => {
  expect(fieldsOf({ before: { a: 1 }, after: { b: 2 } })).toEqual([
    ["a", 1, undefined],
    ["b", undefined, 2],
  ]);
  expect(fieldsOf({ before: null, after: null })).toEqual([]);
});
