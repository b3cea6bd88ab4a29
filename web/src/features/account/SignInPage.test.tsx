import { expect, test } from "vitest";

import { sessionState } from "@/api/session";
import { account, renderApp } from "@/testing/render";
import { answer, refuse, refuseCrowd } from "@/testing/server";

const tokens = { user: account(), token: "t", expires_in: 900, refresh_token: "r" };

async function fillIn(path = "/sign-in?next=/forgot-password") {
  const app = renderApp(path);
  await app.person.type(await app.screen.findByLabelText("Adresse e-mail"), "camille@example.com");
  await app.person.type(app.screen.getByLabelText("Mot de passe"), "mot-de-passe");
  return app;
}

test("signs in and goes on to where one wanted to be", async () => {
  const asked = answer("post", "/auth/login", 200, tokens);
  const { person, screen, router } = await fillIn();
  await person.click(screen.getByRole("button", { name: "Se connecter" }));
  await screen.findByRole("heading", { name: "Mot de passe oublié" });
  expect(router.state.location.pathname).toBe("/forgot-password");
  expect(sessionState().status).toBe("signed-in");
  expect(asked[0]?.body).toEqual({
    email: "camille@example.com",
    password: "mot-de-passe",
    totp_code: null,
  });
});

test("says why not, in the server's words", async () => {
  refuse("post", "/auth/login", 401, "wrong_credentials", "Adresse ou mot de passe inconnus.");
  const { person, screen } = await fillIn();
  await person.click(screen.getByRole("button", { name: "Se connecter" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Adresse ou mot de passe inconnus.");
});

test("asks again by itself where too many sign in at once, and says so meanwhile", async () => {
  const refused = refuseCrowd("post", "/auth/login", 0.2);
  const { person, screen } = await fillIn();
  await person.click(screen.getByRole("button", { name: "Se connecter" }));
  await screen.findByText(/Beaucoup de monde se connecte/);
  expect(screen.queryByRole("alert")).toBeNull();
  const asked = answer("post", "/auth/login", 200, tokens);
  await screen.findByRole("heading", { name: "Mot de passe oublié" });
  expect(refused.length).toBeGreaterThan(0);
  expect(asked).toHaveLength(1);
});

test("does not keep waiting whoever is told to come much later", async () => {
  const refused = refuseCrowd("post", "/auth/login", 600);
  const { person, screen } = await fillIn();
  await person.click(screen.getByRole("button", { name: "Se connecter" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Réessayez dans un instant.");
  expect(refused).toHaveLength(1);
});

test("asks for the second factor's code where there is one", async () => {
  refuse("post", "/auth/login", 401, "totp_required");
  const { person, screen } = await fillIn();
  await person.click(screen.getByRole("button", { name: "Se connecter" }));
  const code = await screen.findByLabelText(/Code à six chiffres/);
  const asked = answer("post", "/auth/login", 200, tokens);
  await person.type(code, "123456");
  await person.click(screen.getByRole("button", { name: "Se connecter" }));
  await screen.findByRole("heading", { name: "Mot de passe oublié" });
  expect(asked[0]?.body).toMatchObject({ totp_code: "123456" });
});

test("sends nothing while a field is empty", async () => {
  const { person, screen } = renderApp("/sign-in");
  await person.click(await screen.findByRole("button", { name: "Se connecter" }));
  expect(await screen.findAllByText("Ce champ est à remplir.")).toHaveLength(2);
});
