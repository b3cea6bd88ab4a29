import type { ReactNode } from "react";

import classes from "./TicketStub.module.css";

/** The dotted line along which a ticket is torn. */
export function Perforation({
  direction = "horizontal",
}: {
  direction?: "horizontal" | "vertical";
}) {
  return <span className={classes.perforation} data-direction={direction} aria-hidden="true" />;
}

interface TicketStubProps {
  /** The part that stays: title, date, place. */
  children: ReactNode;
  /** The part that is torn off: a code, a price, a number. */
  stub: ReactNode;
  /** A used or cancelled ticket has lost its stub. */
  isTorn?: boolean;
}

/** The emblem: a ticket with its stub, side by side or one below the other on a narrow screen. */
export function TicketStub({ children, stub, isTorn = false }: TicketStubProps) {
  return (
    <div className={classes.ticket} data-torn={isTorn}>
      <div className={classes.body}>{children}</div>
      <div className={classes.stub}>{stub}</div>
    </div>
  );
}
