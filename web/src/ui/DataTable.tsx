import type { ReactNode } from "react";

import classes from "./DataTable.module.css";
import { LoadingLines } from "./States";

export interface Column<Row> {
  key: string;
  title: ReactNode;
  render: (row: Row) => ReactNode;
  /** Figures stand at the right, so that their digits are below each other. */
  isNumeric?: boolean;
  /** Names the row, for a screen reader; one column at most. */
  isRowHeader?: boolean;
}

interface DataTableProps<Row> {
  /** What the table shows, for a screen reader. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string | number;
  empty?: ReactNode;
  /** On a narrow screen each row is a card, its cells named by titles that are plain text. */
  hasCards?: boolean;
  /** How many rows of which height (px) are to come, so that little moves when they do. */
  expected?: { rows: number; height: number };
}

const EXPECTED = { rows: 5, height: 32 };

/** A dense table for staff; on a narrow screen it scrolls by itself, not the page, or is cards. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, columns, rows, rowKey, empty, hasCards = false, expected = EXPECTED } = props;
  // One line stands for the head.
  if (rows === undefined)
    return <LoadingLines lines={expected.rows + 1} height={expected.height} />;
  if (rows.length === 0 && empty !== undefined) return empty;
  // Drawn as cards it is a table still: the roles say so where the style no longer does.
  const role = (name: string) => (hasCards ? name : undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={caption}>
      <table className={classes.table} data-cards={hasCards} role={role("table")}>
        <caption className="visually-hidden">{caption}</caption>
        <thead role={role("rowgroup")}>
          <tr role={role("row")}>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                role={role("columnheader")}
                data-numeric={column.isNumeric}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role={role("rowgroup")}>
          {rows.map((row) => (
            <tr key={rowKey(row)} role={role("row")}>
              {columns.map((column) =>
                column.isRowHeader ? (
                  <th
                    key={column.key}
                    scope="row"
                    role={role("rowheader")}
                    data-numeric={column.isNumeric}
                  >
                    <div>{column.render(row)}</div>
                  </th>
                ) : (
                  <td
                    key={column.key}
                    role={role("cell")}
                    data-numeric={column.isNumeric}
                    data-title={typeof column.title === "string" ? column.title : undefined}
                  >
                    <div>{column.render(row)}</div>
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
