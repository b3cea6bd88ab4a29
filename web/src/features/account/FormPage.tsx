import type { ReactNode } from "react";

import { Page, PageHeader } from "@/ui";

import classes from "./FormPage.module.css";

interface FormPageProps {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
  /** Other ways on, below the form. */
  below?: ReactNode;
}

/** A narrow page with one form. */
export function FormPage({ title, lead, children, below }: FormPageProps) {
  return (
    <Page title={title} width="text">
      <div className={classes.column}>
        <PageHeader title={title} lead={lead} />
        {children}
        {below !== undefined && <div className={classes.below}>{below}</div>}
      </div>
    </Page>
  );
}

/** The fields of a form, one below the other. */
export function Fields({ children, onSubmit }: { children: ReactNode; onSubmit: () => void }) {
  return (
    <form
      className={classes.fields}
      noValidate
      onSubmit={(submission) => {
        submission.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
