import type { ReactNode } from "react";

import classes from "./StatCard.module.css";

interface StatCardProps {
  label: ReactNode;
  value: ReactNode;
  hint?: ReactNode;
}

/** One figure that matters, with its name. */
export function StatCard({ label, value, hint }: StatCardProps) {
  return (
    <div className={classes.card}>
      <dt className={classes.label}>{label}</dt>
      <dd className={classes.value}>
        {value}
        {hint !== undefined && <span className={classes.hint}>{hint}</span>}
      </dd>
    </div>
  );
}

/** Figures side by side, as many as fit. */
export function StatCards({ children }: { children: ReactNode }) {
  return <dl className={classes.cards}>{children}</dl>;
}
