import { expect, test } from "vitest";

import { account, renderApp, signIn } from "@/testing/render";
import { answer, refuse } from "@/testing/server";

const PROFILE = {
  id: 4,
  name: "Camille Martin",
  email: "camille@example.com",
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
};

test("saves the profile, an emptied field as null", async () => {
  signIn();
  answer("get", "/users/me", 200, PROFILE);
  const saved = answer("put", "/users/profile", 200, { ...PROFILE, city: null });
  const { screen, person } = renderApp("/my/profile");
  await person.clear(await screen.findByLabelText(/Ville/));
  await person.click(screen.getByRole("button", { name: "Enregistrer le profil" }));
  expect(await screen.findByText("C’est enregistré.")).toBeVisible();
  expect(saved[0]?.body).toMatchObject({ city: null, country: "FR", name: "Camille Martin" });
});

test("an address that waits for its confirmation is told as saved", async () => {
  signIn();
  answer("get", "/users/me", 200, PROFILE);
  const pending_email = "autre@example.com";
  answer("put", "/users/profile", 200, { ...PROFILE, pending_email });
  const { screen, person } = renderApp("/my/profile");
  const field = await screen.findByLabelText(/Adresse e-mail/);
  await person.clear(field);
  await person.type(field, pending_email);
  await person.click(screen.getByRole("button", { name: "Enregistrer le profil" }));
  expect(await screen.findByText("C’est enregistré.")).toBeVisible();
  expect(screen.getByText(/autre@example.com attend votre confirmation/)).toBeVisible();
  expect(field).toHaveValue("camille@example.com");
});

test("puts the server's sentence at its field", async () => {
  signIn();
  answer("get", "/users/me", 200, PROFILE);
  refuse("put", "/users/profile", 422, "malformed", "Vérifiez.", {
    phone_number: ["Ce numéro n’existe pas."],
  });
  const { screen, person } = renderApp("/my/profile");
  await person.type(await screen.findByLabelText(/Téléphone/), "0");
  await person.click(screen.getByRole("button", { name: "Enregistrer le profil" }));
  expect(await screen.findByText("Ce numéro n’existe pas.")).toBeVisible();
});

test("saves preferences and language together", async () => {
  signIn();
  answer("get", "/users/me", 200, PROFILE);
  const saved = answer("put", "/users/profile", 200, PROFILE);
  const { screen, person } = renderApp("/my/preferences");
  await person.click(await screen.findByLabelText("Recevoir aussi des SMS"));
  await person.click(screen.getByRole("button", { name: "Enregistrer les préférences" }));
  await expect
    .poll(() => saved[0]?.body)
    .toEqual({
      language: "fr",
      preferences: { sms: true, reminders: true, newsletter: false },
    });
});

test("sends the confirmation of an address again", async () => {
  signIn({ email_verified: false });
  answer("get", "/users/me", 200, PROFILE);
  const asked = answer("post", "/auth/email/resend", 202, {
    user: account({ email_verified: false }),
  });
  const { screen, person } = renderApp("/my/profile");
  expect(await screen.findByText("Votre adresse n’est pas encore confirmée")).toBeVisible();
  await person.click(screen.getByRole("button", { name: "Envoyer un nouveau lien" }));
  expect(await screen.findByText(/Un nouveau lien est parti à camille@example.com/)).toBeVisible();
  expect(asked).toHaveLength(1);
});

test("says nothing of an address that is confirmed", async () => {
  signIn({ email_verified: true });
  answer("get", "/users/me", 200, PROFILE);
  const { screen } = renderApp("/my/profile");
  await screen.findByLabelText(/Ville/);
  expect(screen.queryByText(/pas encore confirmée/)).toBeNull();
});
