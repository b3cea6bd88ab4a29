import { beforeEach, expect, test } from "vitest";

import { account, renderApp, signIn } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

import { changesOf, valuesOf } from "./corrections";

const PROFILE = {
  id: 9,
  name: "Dominique Exemple",
  email: "dominique@example.com",
  pending_email: null,
  phone_number: "+33612345678",
  address: null,
  city: "Lyon",
  country: "FR",
  profile_picture: null,
  bio: null,
  date_of_birth: null,
  gender: null,
  language: "fr",
  preferences: { sms: false, reminders: true, newsletter: false },
  role: "user",
  is_active: true,
  last_activity: null,
  created_at: "2027-01-01T09:00:00Z",
  updated_at: "2027-01-01T09:00:00Z",
};

beforeEach(() => {
  signIn({ id: 1, role: "admin" });
});

test("is reached from the list, and leads to what belongs to the account", async () => {
  answer("get", "/auth/accounts", 200, {
    data: [account({ id: 9, name: PROFILE.name })],
    current_page: 1,
    per_page: 20,
    last_page: 1,
    total: 1,
  });
  answer("get", "/users/9", 200, { ...PROFILE, role: "event_creator" });
  const { screen, person } = renderApp("/admin/users");
  await person.click(await screen.findByRole("link", { name: PROFILE.name }));
  expect(await screen.findByRole("heading", { level: 1, name: PROFILE.name })).toBeVisible();
  expect(document.title).toContain(PROFILE.name);
  const address = encodeURIComponent(PROFILE.email);
  for (const [name, path] of [
    ["Commandes", `/admin/orders?q=${address}`],
    ["Journal du profil", "/admin/audit?service=users&subject=account%3A9"],
    ["Ce que ce compte a fait", "/admin/audit?actor=9"],
    ["Coordonnées de vente", "/organise/seller?organiser=9"],
  ] as const) {
    const links = screen.getAllByRole("link", { name });
    expect(links.map((link) => link.getAttribute("href"))).toContain(path);
  }
});

test("sends only what was corrected, an emptied field as null", async () => {
  answer("get", "/users/9", 200, PROFILE);
  const saved = answer("put", "/users/9", 200, { ...PROFILE, name: "Dominique E.", city: null });
  const { screen, person } = renderApp("/admin/users/9");
  const save = await screen.findByRole("button", { name: "Enregistrer la correction" });
  expect(save).toBeDisabled();
  await person.clear(screen.getByLabelText(/Ville/));
  await person.type(screen.getByLabelText("Nom"), " E.");
  await person.click(screen.getByLabelText("SMS en plus des e-mails"));
  await person.click(save);
  expect(await screen.findByText("Le profil de Dominique E. est corrigé.")).toBeVisible();
  expect(screen.getByRole("heading", { level: 1, name: "Dominique E." })).toBeVisible();
  expect(saved[0]?.body).toEqual({
    name: "Dominique Exemple E.",
    city: null,
    preferences: { sms: true },
  });
});

test("another address waits for the person, and the form shows the one that counts", async () => {
  answer("get", "/users/9", 200, PROFILE);
  const saved = answer("put", "/users/9", 200, { ...PROFILE, pending_email: "d@example.com" });
  const { screen, person } = renderApp("/admin/users/9");
  const field = await screen.findByLabelText("Adresse e-mail");
  await person.clear(field);
  await person.type(field, "d@example.com");
  await person.click(screen.getByRole("button", { name: "Enregistrer la correction" }));
  expect(await screen.findByText(/d@example.com n’est pas encore confirmée/)).toBeVisible();
  expect(await screen.findByText(/est corrigé/)).toBeVisible();
  expect(field).toHaveValue(PROFILE.email);
  expect(saved[0]?.body).toEqual({ email: "d@example.com" });
});

test("puts the server's sentence at its field, anything else above the button", async () => {
  answer("get", "/users/9", 200, PROFILE);
  refuse("put", "/users/9", 422, "malformed", "Vérifiez.", {
    phone_number: ["Ce numéro n’existe pas."],
  });
  const { screen, person } = renderApp("/admin/users/9");
  const phone = await screen.findByLabelText(/Téléphone/);
  await person.type(phone, "0");
  await person.click(screen.getByRole("button", { name: "Enregistrer la correction" }));
  expect(await screen.findByText("Ce numéro n’existe pas.")).toBeVisible();
  expect(phone).toHaveFocus();
  refuse("put", "/users/9", 503, "unavailable", "Plus tard.");
  await person.type(phone, "1");
  await person.click(screen.getByRole("button", { name: "Enregistrer la correction" }));
  expect(await screen.findByText("Plus tard.")).toBeVisible();
});

test("an empty name and a broken address never leave the form", async () => {
  answer("get", "/users/9", 200, PROFILE);
  const saved = answer("put", "/users/9", 200, PROFILE);
  const { screen, person } = renderApp("/admin/users/9");
  await person.clear(await screen.findByLabelText("Nom"));
  await person.type(screen.getByLabelText("Adresse e-mail"), "@");
  await person.click(screen.getByRole("button", { name: "Enregistrer la correction" }));
  await expect.poll(() => screen.getByLabelText("Nom").getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByLabelText("Adresse e-mail")).toHaveAttribute("aria-invalid", "true");
  expect(saved).toHaveLength(0);
});

test("role and state change here as in the list, and show at once", async () => {
  answer("get", "/users/9", 200, PROFILE);
  const changed = answer("patch", "/auth/accounts/9", 200, (asked) => ({
    user: account({ id: 9, ...(asked.body as object) }),
  }));
  const { screen, person } = renderApp("/admin/users/9");
  await person.click(await screen.findByRole("button", { name: "Désactiver Dominique Exemple" }));
  await person.click(await screen.findByRole("button", { name: "Désactiver le compte" }));
  expect(await screen.findByText(/Le compte de Dominique Exemple est désactivé/)).toBeVisible();
  expect(changed[0]?.body).toEqual({ is_active: false });
  await person.click(screen.getByRole("button", { name: "Réactiver Dominique Exemple" }));
  expect(await screen.findByText(/Le compte de Dominique Exemple est réactivé/)).toBeVisible();
});

test.each([
  ["an account that is gone", "/admin/users/404"],
  ["what is no number", "/admin/users/abc"],
])("says that there is no account: %s", async (_name, path) => {
  refuse("get", "/users/404", 404, "profile_not_found", "Introuvable.");
  const { screen } = renderApp(path);
  expect(await screen.findByText(/Il a été supprimé/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Tous les comptes" })).toHaveAttribute(
    "href",
    "/admin/users",
  );
});

test("a server that fails can be asked again", async () => {
  refuse("get", "/users/9", 503, "unavailable", "Plus tard.");
  const { screen, person } = renderApp("/admin/users/9");
  expect(await screen.findByText("Plus tard.")).toBeVisible();
  answer("get", "/users/9", 200, PROFILE);
  await person.click(screen.getByRole("button", { name: "Réessayer" }));
  expect(await screen.findByLabelText("Nom")).toHaveValue(PROFILE.name);
});

test("deletes an account only after its address was typed and the question answered", async () => {
  answer("get", "/users/9", 200, PROFILE);
  const deleted = answer("delete", "/users/9", 200, { id: 9, deleted: true, message: "." });
  const { screen, person } = renderApp("/admin/users/9");
  const button = await screen.findByRole("button", { name: "Supprimer ce compte" });
  expect(button).toBeDisabled();
  await person.type(screen.getByLabelText(/Pour confirmer/), "Dominique@example.com");
  await person.click(button);
  expect(deleted).toHaveLength(0);
  await person.click(await screen.findByRole("button", { name: "Tout effacer" }));
  expect(await screen.findByText("Le compte de Dominique Exemple est supprimé.")).toBeVisible();
  expect(screen.queryByLabelText("Nom")).toBeNull();
});

test("nobody deletes or disables themselves here", async () => {
  answer("get", "/users/1", 200, { ...PROFILE, id: 1, role: "admin" });
  const { screen } = renderApp("/admin/users/1");
  expect(await screen.findByText("vous")).toBeVisible();
  expect(screen.queryByRole("button", { name: /Supprimer/ })).toBeNull();
});

test("what was not touched is not sent", () => {
  const values = { ...valuesOf(PROFILE), name: " Autre ", newsletter: true, bio: " " };
  expect(changesOf(values, { name: true, bio: true, newsletter: true })).toEqual({
    name: "Autre",
    bio: null,
    preferences: { newsletter: true },
  });
  expect(changesOf(values, {})).toEqual({});
});
