import { render, screen } from "@testing-library/react";
import i18n from "i18next";
import { MemoryRouter } from "react-router";
import { afterEach, expect, test } from "vitest";

import { Pagination } from "./Pagination";

afterEach(() => i18n.changeLanguage("fr"));

const show = (page: number, last: number, hasMore?: boolean) =>
  render(
    <MemoryRouter>
      <Pagination page={page} last={last} hasMore={hasMore} pathOf={(other) => `?page=${other}`} />
    </MemoryRouter>,
  );

test("says where one is, and nothing where one page is all", () => {
  const { container, unmount } = show(1, 1);
  expect(container).toBeEmptyDOMElement();
  unmount();
  show(2, 3);
  expect(screen.getByText("Page 2 sur 3")).toBeVisible();
  expect(screen.queryByRole("status")).toBeNull();
});

test.each([
  ["fr", "Page 3 sur plus de 3", /affinez la recherche/],
  ["en", "Page 3 of more than 3", /narrow it down/],
])("says in %s that a list goes on beyond its last page", async (language, place, hint) => {
  await i18n.changeLanguage(language);
  show(3, 3, true);
  expect(screen.getByText(place)).toBeVisible();
  expect(screen.getByRole("status")).toHaveTextContent(hint);
  expect(screen.queryByRole("link", { name: /suivante|Next/ })).toBeNull();
});

test("hints at it on the last page alone", () => {
  show(1, 3, true);
  expect(screen.queryByRole("status")).toBeNull();
});
