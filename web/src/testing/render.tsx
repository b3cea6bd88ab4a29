import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { Suspense } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";

import type { User } from "@/api/generated/auth";
import { enter } from "@/api/session";
import { features, withTexts } from "@/app/features";
import { Guard } from "@/app/Guard";
import { theme } from "@/ui/theme";

/**
 * Show the app's page at that address, with the routes of every feature but without the header.
 * Returns the router, to see where one has got to, and a person with keyboard and pointer.
 */
export function renderApp(path: string) {
  const router = createMemoryRouter(
    features.map(({ name, feature }) => ({
      element: <Guard access={feature.access} />,
      hydrateFallbackElement: <p>…</p>,
      children: withTexts(name, feature),
    })),
    { initialEntries: [path] },
  );
  const queryClient = new QueryClient({
    defaultOptions: { queries: { retry: false }, mutations: { retry: false } },
  });
  render(
    <MantineProvider theme={theme} env="test">
      <QueryClientProvider client={queryClient}>
        <Suspense fallback={<p>…</p>}>
          <RouterProvider router={router} />
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { router, person: userEvent.setup(), screen, queryClient };
}

/** An account as the API answers it. */
export function account(values: Partial<User> = {}): User {
  return {
    id: 4,
    name: "Camille Martin",
    email: "camille@example.com",
    role: "user",
    is_active: true,
    email_verified: true,
    language: "fr",
    phone_number: null,
    address: null,
    city: null,
    country: null,
    two_factor_enabled: false,
    created_at: "2027-01-01T09:00:00Z",
    updated_at: "2027-01-01T09:00:00Z",
    ...values,
  };
}

/** Be signed in, as after the form. */
export function signIn(values: Partial<User> = {}): User {
  const user = account(values);
  enter({ user, token: "access-token", expires_in: 900 });
  return user;
}
