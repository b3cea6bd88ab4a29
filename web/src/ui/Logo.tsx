import classes from "./Logo.module.css";

/** The ticket with its perforation, and the name. */
export function Logo() {
  return (
    <span className={classes.logo}>
      <svg viewBox="0 0 32 24" width="32" height="24" aria-hidden="true" focusable="false">
        <path
          className={classes.ticket}
          d="M2 4a2 2 0 0 1 2-2h24a2 2 0 0 1 2 2v4.5a3.5 3.5 0 0 0 0 7V20a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2v-4.5a3.5 3.5 0 0 0 0-7z"
        />
        <path className={classes.perforation} d="M21 4v16" />
      </svg>
      <span>Guichet</span>
    </span>
  );
}
