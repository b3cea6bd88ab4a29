import { beforeEach, expect, test } from "vitest";

import { account, renderApp, signIn } from "@/testing/render";
import { answer, pageOf, refuse } from "@/testing/server";

beforeEach(() => {
  signIn({ id: 1, role: "admin" });
});

test("gives a role only after asking, and says that it is given", async () => {
  answer("get", "/auth/accounts", 200, pageOf([account({ id: 9 })]));
  const changed = answer("patch", "/auth/accounts/9", 200, { user: account({ id: 9 }) });
  const { screen, person } = renderApp("/admin/users");
  await person.selectOptions(await screen.findByLabelText("Rôle de Camille Martin"), "operator");
  expect(changed).toHaveLength(0);
  await person.click(
    await screen.findByRole("button", { name: /^Donner le rôle «\sOpérateur\s»$/ }),
  );
  expect(await screen.findByText(/a maintenant le rôle/)).toBeVisible();
  expect(changed[0]?.body).toEqual({ role: "operator" });
});

test("disables an account only after saying what that means", async () => {
  answer("get", "/auth/accounts", 200, pageOf([account({ id: 9 })]));
  const changed = answer("patch", "/auth/accounts/9", 200, { user: account({ id: 9 }) });
  const { screen, person } = renderApp("/admin/users");
  await person.click(await screen.findByRole("button", { name: "Désactiver Camille Martin" }));
  expect(await screen.findByText(/déconnecté partout/)).toBeVisible();
  expect(changed).toHaveLength(0);
  await person.click(screen.getByRole("button", { name: "Désactiver le compte" }));
  expect(await screen.findByText("Le compte de Camille Martin est désactivé.")).toBeVisible();
  expect(changed[0]?.body).toEqual({ is_active: false });
});

test("enables an account at once; a refusal stays on the page", async () => {
  answer("get", "/auth/accounts", 200, pageOf([account({ id: 9, is_active: false })]));
  refuse("patch", "/auth/accounts/9", 409, "not_now", "Pas maintenant.");
  const { screen, person } = renderApp("/admin/users");
  await person.click(await screen.findByRole("button", { name: "Réactiver Camille Martin" }));
  expect(await screen.findByText("Pas maintenant.")).toBeVisible();
});

test("nobody disables the account that is signed in", async () => {
  answer("get", "/auth/accounts", 200, pageOf([account({ id: 1, role: "admin" })]));
  const { screen } = renderApp("/admin/users");
  expect(await screen.findByText("vous")).toBeVisible();
  expect(screen.queryByRole("button", { name: /^Désactiver/ })).toBeNull();
});

test("the filters stand in the address", async () => {
  const asked = answer("get", "/auth/accounts", 200, pageOf([]));
  const { screen, person, router } = renderApp("/admin/users?state=disabled");
  await expect.poll(() => asked[0]?.url.search).toBe("?is_active=false&page=1");
  await person.selectOptions(await screen.findByLabelText("Rôle"), "admin");
  await expect.poll(() => asked.at(-1)?.url.searchParams.get("role")).toBe("admin");
  expect(router.state.location.search).toBe("?state=disabled&role=admin");
  expect(await screen.findByText("Aucun compte ne correspond.")).toBeVisible();
});
