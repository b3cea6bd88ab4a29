import { expect, test } from "vitest";

import { account, renderApp, signIn } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

import { deviceOf } from "./Sessions";

const SESSION = {
  id: "s1",
  user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  address: "192.0.2.7",
  created_at: "2027-06-01T10:00:00Z",
  last_used_at: "2027-06-01T11:00:00Z",
  expires_at: "2027-07-01T10:00:00Z",
};
const SESSIONS = {
  data: [
    { ...SESSION, current: true },
    { ...SESSION, id: "s2", current: false },
  ],
};

test("changes the password and stays signed in with the new token", async () => {
  signIn();
  answer("get", "/auth/sessions", 200, SESSIONS);
  const asked = answer("post", "/auth/password/change", 200, {
    user: account(),
    token: "new",
    expires_in: 900,
    refresh_token: "r",
  });
  const { screen, person } = renderApp("/my/security");
  await person.type(await screen.findByLabelText("Mot de passe actuel"), "ancien-mot");
  await person.type(screen.getByLabelText("Nouveau mot de passe"), "nouveau-mot-long");
  await person.click(screen.getByRole("button", { name: "Changer le mot de passe" }));
  expect(await screen.findByText(/Le mot de passe est changé/)).toBeVisible();
  expect(asked[0]?.body).toEqual({
    current_password: "ancien-mot",
    password: "nouveau-mot-long",
    password_confirmation: "nouveau-mot-long",
  });
});

test("turns two steps on and shows the recovery codes once", async () => {
  signIn();
  answer("get", "/auth/sessions", 200, SESSIONS);
  answer("post", "/auth/totp/enrol", 200, { secret: "ABCDEF", otpauth_uri: "", qr_svg: "<svg/>" });
  const user = account({ two_factor_enabled: true });
  answer("post", "/auth/totp/confirm", 200, { user, recovery_codes: ["one-1", "two-2"] });
  const { screen, person } = renderApp("/my/security");
  await person.click(await screen.findByRole("button", { name: "Activer" }));
  await person.type(screen.getByLabelText("Mot de passe"), "mot-de-passe");
  await person.click(screen.getByRole("button", { name: "Continuer" }));
  await person.type(await screen.findByLabelText("Code à six chiffres"), "123456");
  await person.click(screen.getByRole("button", { name: "Confirmer et activer" }));
  expect(await screen.findByText("two-2")).toBeVisible();
});

test("says why a code is refused", async () => {
  signIn({ two_factor_enabled: true });
  answer("get", "/auth/sessions", 200, SESSIONS);
  refuse("post", "/auth/totp/disable", 403, "totp_refused", "Ce code n’est pas le bon.");
  const { screen, person } = renderApp("/my/security");
  await person.click(await screen.findByRole("button", { name: "Désactiver" }));
  await person.click(screen.getByRole("button", { name: "Désactiver les deux étapes" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Ce code n’est pas le bon.");
});

test("ends another session, never this one", async () => {
  signIn();
  answer("get", "/auth/sessions", 200, SESSIONS);
  const ended = answer("delete", "/auth/sessions/s2", 200, SESSIONS);
  const { screen, person } = renderApp("/my/security");
  const buttons = await screen.findAllByRole("button", { name: "Déconnecter" });
  expect(buttons).toHaveLength(1);
  await person.click(buttons[0] as HTMLElement);
  await expect.poll(() => ended.length).toBe(1);
});

test("deletes the account only once its address is typed", async () => {
  signIn();
  answer("get", "/events/public", 200, {});
  const removed = answer("delete", "/users/4", 200, { id: 4, deleted: true, message: "" });
  const { screen, person } = renderApp("/my/data");
  const button = await screen.findByRole("button", { name: "Supprimer mon compte" });
  expect(button).toBeDisabled();
  await person.type(screen.getByLabelText(/écrivez votre adresse/), "camille@example.com");
  await person.click(button);
  await person.click(await screen.findByRole("button", { name: "Tout effacer et me déconnecter" }));
  await expect.poll(() => removed.length).toBe(1);
});

test("names a device by its browser and system", () => {
  expect(deviceOf(SESSION.user_agent)).toBe("Firefox, Linux");
  expect(deviceOf("curl/8.5.0")).toBe("");
});
