import { beforeEach, expect, test } from "vitest";

import { renderApp, signIn } from "@/testing/render";
import { answer, pageOf, refuse } from "@/testing/server";

beforeEach(() => {
  signIn({ id: 1, role: "admin" });
});

const DELIVERY = {
  id: 5,
  channel: "email",
  template: "order_confirmed",
  language: "fr",
  address: "dominique@example.com",
  name: "Dominique Exemple",
  status: "failed",
  attempts: 8,
  last_error: "550 no such user",
  message_id: "<5@example.com>",
  next_attempt_at: null,
  created_at: "2027-05-01T09:00:00Z",
  ended_at: "2027-05-01T11:00:00Z",
};
const HISTORY = [{ at: "2027-05-01T09:00:01Z", outcome: "refused", detail: "550 no such user" }];
const MAIL = { subject: "Votre commande", html: "<p>Bonjour</p>", text: "Bonjour", sms: "" };

const TEMPLATE = {
  key: "welcome",
  language: "fr",
  version: 2,
  is_default: false,
  edited_by: 1,
  edited_at: "2027-05-01T09:00:00Z",
  subject: "Bienvenue",
  mjml: "<mj-text>Bonjour</mj-text>",
  text: "Bonjour",
  sms: "",
};

test("lists deliveries by state, with how the queue stands", async () => {
  const asked = answer("get", "/notifications/deliveries", 200, pageOf([DELIVERY]));
  answer("get", "/notifications/health", 200, {
    queue_length: 4,
    oldest_waiting_seconds: 61.2,
    failures_last_hour: 1,
    given_up: 2,
    channels: [{ channel: "email", is_down: true }],
  });
  const { screen } = renderApp("/admin/deliveries?status=failed");
  expect(await screen.findByRole("link", { name: "Commande confirmée" })).toHaveAttribute(
    "href",
    "/admin/deliveries/5",
  );
  expect(asked[0]?.url.search).toBe("?status=failed&page=1");
  expect(await screen.findByText("61 s")).toBeVisible();
  expect(screen.getByText(/serveur d’envoi \(E-mail\) ne répond pas/)).toBeVisible();
});

test("tells a delivery's story, shows what it says, and sends it again", async () => {
  answer("get", "/notifications/deliveries/5", 200, { ...DELIVERY, context: {}, history: HISTORY });
  answer("get", "/notifications/deliveries/5/content", 200, MAIL);
  const sent = answer("post", "/notifications/deliveries/5/retry", 200, DELIVERY);
  const { screen, person } = renderApp("/admin/deliveries/5");
  expect(await screen.findByRole("row", { name: /refusé/ })).toHaveTextContent("550");
  const frame = await screen.findByTitle("Aperçu");
  expect(frame).toHaveAttribute("sandbox", "");
  expect(frame).toHaveAttribute("srcdoc", "<p>Bonjour</p>");
  await person.click(screen.getByRole("button", { name: "Envoyer de nouveau" }));
  expect(await screen.findByText("L’envoi repart tout de suite.")).toBeVisible();
  expect(sent).toHaveLength(1);
});

test("shows no content of what was erased, and what could not be shown", async () => {
  const erased = { ...DELIVERY, status: "erased", context: {}, history: [] };
  answer("get", "/notifications/deliveries/5", 200, erased);
  const { screen } = renderApp("/admin/deliveries/5");
  expect(await screen.findByText("Aucun essai encore.")).toBeVisible();
  expect(screen.queryByText("Contenu")).toBeNull();
});

test("lists every template in both languages", async () => {
  const english = { ...TEMPLATE, language: "en", subject: "Hello {{ name }}", is_default: true };
  answer("get", "/notifications/templates", 200, { data: [TEMPLATE, english] });
  const { screen } = renderApp("/admin/templates");
  const row = await screen.findByRole("row", { name: /^Bienvenue/ });
  expect(row).toHaveTextContent("modifié");
  expect(screen.getByRole("link", { name: "Hello …" })).toHaveAttribute(
    "href",
    "/admin/templates/welcome/en",
  );
});

async function openTemplate(values: object = {}) {
  answer("get", "/notifications/templates/welcome/fr", 200, { ...TEMPLATE, ...values });
  const older = { ...TEMPLATE, version: 1, subject: "Salut" };
  answer("get", "/notifications/templates/welcome/fr/versions", 200, { data: [TEMPLATE, older] });
  const shown = renderApp("/admin/templates/welcome/fr");
  await shown.screen.findByLabelText("Objet");
  return shown;
}

test("previews what stands in the form, and saves it on the version it came from", async () => {
  const previewed = answer("post", "/notifications/templates/welcome/fr/preview", 200, MAIL);
  const saved = answer("put", "/notifications/templates/welcome/fr", 200, {
    ...TEMPLATE,
    version: 3,
  });
  const { screen, person } = await openTemplate();
  await person.type(screen.getByLabelText("Objet"), " !");
  await person.click(screen.getByRole("button", { name: "Voir l’aperçu" }));
  expect(await screen.findByTitle("Aperçu")).toHaveAttribute("sandbox", "");
  expect(previewed[0]?.body).toMatchObject({ subject: "Bienvenue !" });
  await person.click(screen.getByRole("button", { name: "Enregistrer le modèle" }));
  expect(await screen.findByText(/la version 3 sert/)).toBeVisible();
  expect(saved[0]?.body).toMatchObject({ subject: "Bienvenue !", base_version: 2 });
});

test("a template that breaks says so at its field", async () => {
  const errors = { subject: ["Il manque une accolade."] };
  refuse("put", "/notifications/templates/welcome/fr", 422, "template_broken", "Non.", errors);
  const { screen, person } = await openTemplate();
  await person.click(screen.getByRole("button", { name: "Enregistrer le modèle" }));
  expect(await screen.findByText("Il manque une accolade.")).toBeVisible();
});

test("takes up an older version without saving it", async () => {
  const { screen, person } = await openTemplate();
  await person.click(await screen.findByRole("button", { name: "Reprendre la version 1" }));
  expect(await screen.findByText(/La version 1 est dans le formulaire/)).toBeVisible();
  expect(screen.getByLabelText("Objet")).toHaveValue("Salut");
});

test("returns to the original once confirmed", async () => {
  const reset = answer("post", "/notifications/templates/welcome/fr/reset", 200, {
    ...TEMPLATE,
    is_default: true,
  });
  const { screen, person } = await openTemplate();
  await person.click(screen.getByRole("button", { name: "Revenir au modèle d’origine" }));
  const [, confirm] = await screen.findAllByRole("button", { name: "Revenir au modèle d’origine" });
  expect(reset).toHaveLength(0);
  if (confirm) await person.click(confirm);
  expect(await screen.findByText("Le modèle d’origine sert de nouveau.")).toBeVisible();
});

test("what was never edited has nothing to return to", async () => {
  const { screen } = await openTemplate({ is_default: true, version: 0 });
  expect(screen.queryByRole("button", { name: "Revenir au modèle d’origine" })).toBeNull();
});
