import { render, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { type Column, DataTable } from "./DataTable";

const COLUMNS: Column<{ name: string; price: string }>[] = [
  { key: "price", title: "Prix", isNumeric: true, render: ({ price }) => price },
  { key: "name", title: "Nom", isRowHeader: true, render: ({ name }) => name },
];
const ROWS = [{ name: "Plein", price: "20" }];

test("is a table for a screen reader, also where it is drawn as cards", () => {
  render(
    <DataTable
      caption="Tarifs"
      columns={COLUMNS}
      rows={ROWS}
      rowKey={(row) => row.name}
      hasCards
    />,
  );
  const row = screen.getByRole("row", { name: "20 Plein" });
  expect(within(row).getByRole("rowheader")).toHaveTextContent("Plein");
  expect(within(row).getByRole("cell")).toHaveAttribute("data-title", "Prix");
  expect(row.closest("table")).toHaveAttribute("role", "table");
});

test("needs no roles where it stays a table", () => {
  render(<DataTable caption="Tarifs" columns={COLUMNS} rows={ROWS} rowKey={(row) => row.name} />);
  expect(screen.getByRole("cell")).not.toHaveAttribute("role");
});
