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
}

/** A dense table for staff; on a narrow screen it scrolls by itself, not the page. */
export function DataTable<Row>({ caption, columns, rows, rowKey, empty }: DataTableProps<Row>) {
  if (rows === undefined) return <LoadingLines lines={6} height={32} />;
  if (rows.length === 0 && empty !== undefined) return empty;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={caption}>
      <table className={classes.table}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" data-numeric={column.isNumeric}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) =>
                column.isRowHeader ? (
                  <th key={column.key} scope="row" data-numeric={column.isNumeric}>
                    {column.render(row)}
                  </th>
                ) : (
                  <td key={column.key} data-numeric={column.isNumeric}>
                    {column.render(row)}
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
